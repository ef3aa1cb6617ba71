import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { decisionText } from '../../vpc/traffic/explain.ts'
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

test('a text from outside that looks like a mark names no group and cuts nothing', () => {
  const forged = '\uE000g2\uE001 \uE000 \uE001'
  const rule = { id: 'r1', security_group_id: 'g1', direction: 'ingress', protocol: forged }
  const decision = {
    verdict: 'unknown' as const,
    rule: null,
    unreadable: [{ groupId: 'g1', ruleId: 'r1', rule }],
  }
  const names = markedNames({ group: (id: string) => groups.get(id)?.name })
  const sentence = decisionText(decision, 'now', names)
  const { container } = render(<p>{withGroupLinks(sentence, (id) => groups.get(id)?.name ?? id)}</p>)
  expect(container).toHaveTextContent(`protocol '${forged}' from anywhere" of group web-public can't be read`)
  expect(screen.getAllByRole('button').map((one) => one.dataset['group'])).toEqual(['g1'])
})
