import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Profiler } from 'react'
import { expect, it } from 'vitest'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import type { PictureQuestion } from '../traffic/compare-traffic.ts'
import { pictureOf } from '../traffic/picture-of.ts'
import { PictureTable } from './Picture.tsx'

const rules = Array.from({ length: 30 }, (_, n): SecurityGroupRule => ({
  id: `r${n}`,
  security_group_id: 'g',
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  multiport: `${100 + 10 * n}`,
  remote_ip_prefix: `10.${n}.0.0/16`,
}))
const question: PictureQuestion = {
  kind: 'picture',
  direction: 'ingress',
  lists: [['g']],
  rules: { g: rules },
}

const stops = () => screen.getAllByRole('button').filter((one) => one.dataset.field && one.tabIndex === 0)

it('a step of the focus draws nothing anew, and moves the stop of Tab', async () => {
  let drawn = 0
  render(
    <Profiler id="picture" onRender={() => drawn++}>
      <PictureTable
        picture={pictureOf(question)}
        question={question}
        isCurrent
        names={{ group: (id) => id, addressGroup: (id) => id }}
        direction="ingress"
        onDirection={() => {}}
      />
    </Profiler>,
  )
  expect(stops().map((one) => one.dataset.field)).toEqual(['0 0'])
  await userEvent.tab()
  await userEvent.tab()
  expect(stops()[0]).toHaveFocus()
  const before = drawn
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowDown}{ArrowLeft}')
  expect(document.activeElement).toHaveAttribute('data-field', '1 1')
  expect(stops()).toEqual([document.activeElement])
  expect(drawn).toBe(before)

  // More rows leave it where it is; coming back with Tab leads to it.
  await userEvent.click(screen.getByRole('button', { name: /more rows$/ }))
  expect(stops().map((one) => one.dataset.field)).toEqual(['1 1'])
  expect(drawn).toBeGreaterThan(before)
})
