import { render } from '@testing-library/react'
import { Profiler, type JSX } from 'react'
import { expect, it } from 'vitest'
import { NextFrame } from './NextFrame.tsx'

it('comes in a drawing after the one that it is in, and then changes with all else', () => {
  const drawn: string[] = []
  function Page({ text }: { text: string }): JSX.Element {
    return (
      <Profiler id="page" onRender={() => drawn.push(document.body.textContent)}>
        {text}
        <NextFrame>, {text} later</NextFrame>
      </Profiler>
    )
  }
  const { rerender } = render(<Page text="one" />)
  expect(drawn).toEqual(['one', 'one, one later'])
  rerender(<Page text="two" />)
  expect(drawn.slice(2)).toEqual(['two, two later'])
})
