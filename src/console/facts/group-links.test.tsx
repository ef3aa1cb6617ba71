import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { stepWords } from './change-words.ts'
import { markedGroups, markedNames, withGroupLinks } from './group-links.tsx'

const groups = new Map([['g1', { id: 'g1', name: 'web-public' }]])

test('a sentence names a group by a button that opens it; an unknown one stays', () => {
  const step = { kind: 'insert' as const, security_groups: ['g1', 'g2'], index: 0 }
  const { container } = render(
    <p>{withGroupLinks(stepWords(step, 3, markedGroups({ groups })), (id) => groups.get(id)?.name ?? id)}</p>,
  )
  expect(container).toHaveTextContent('Insert web-public and g2 at the top')
  expect(screen.getAllByRole('button').map((one) => one.dataset['group'])).toEqual(['g1'])
})

test('names that are not known are not marked', () => {
  const names = markedNames({ group: (id: string) => groups.get(id)?.name })
  expect(names.group('g2')).toBeUndefined()
  render(<p>{withGroupLinks(`${names.group('g1')} decides`, () => 'web-public')}</p>)
  expect(screen.getByRole('button', { name: 'web-public' })).toBeVisible()
})
