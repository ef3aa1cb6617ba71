import { render } from '@testing-library/react'
import { expect, it } from 'vitest'
import { UnreadRemotes } from './remote-names.tsx'

const group = (id: string, unresolved: string) => ({
  kind: 'security_group' as const,
  id,
  name: id,
  unresolved,
})

it('groups whose addresses are not known are named by reason, many of them counted', () => {
  const many = Array.from({ length: 94 }, (_, n) => group(`partner-${n}`, 'too many are named'))
  const remotes = {
    groups: [...many, group('web', 'its ports could not be read')],
    read: true,
    reread: () => {},
  }
  const { container } = render(<UnreadRemotes remotes={remotes} names={{ group: (id) => id }} />)
  expect(container).toHaveTextContent(
    'Addresses not known: group partner-0, group partner-1, group partner-2 and 91 more (too many are named); group web (its ports could not be read).',
  )
})
