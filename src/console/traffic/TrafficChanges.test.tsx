import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { brokenGuards } from './broken-guards.ts'
import { compareTraffic, type TrafficQuestion } from './compare-traffic.ts'
import { TrafficChanges } from './TrafficChanges.tsx'
import { TrafficSummary } from './TrafficSummary.tsx'
import { namesOf } from './traffic-words.ts'
import type { TrafficState } from './use-traffic.ts'

const rule = (id: string, group: string, fields: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  id,
  security_group_id: group,
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  ...fields,
})

const QUESTION: TrafficQuestion = {
  portSecurity: true,
  lists: [['closed'], ['closed', 'web'], ['ssh', 'closed']],
  rules: {
    closed: [],
    ssh: [rule('r1', 'ssh', { multiport: '22' })],
    web: [rule('r2', 'web', { multiport: '443', direction: 'egress' })],
  },
}
const FACTS = { groups: new Map([['ssh', { id: 'ssh', name: 'ssh-bastion' }]]) }

const compared = (over: Partial<TrafficQuestion> = {}): TrafficState => {
  const question = { ...QUESTION, ...over }
  return { state: 'compared', question, result: compareTraffic(question) }
}
const summary = (lists: string[][]) =>
  render(<TrafficSummary traffic={compared({ lists })} names={namesOf(FACTS)} />)
/** With the parts that are loaded when they are needed. */
async function show(traffic: TrafficState) {
  const view = render(<TrafficChanges traffic={traffic} facts={FACTS} />)
  await act(() =>
    Promise.all([import('./TrafficInFull.tsx'), import('./NeverMatching.tsx'), import('./Remotes.tsx')]),
  )
  return view
}

describe('what traffic changes', () => {
  it('names what is opened, what decides, and what passes in between', async () => {
    await show(compared())
    expect(screen.getByText('1 newly allowed. 1 more only while it is applied.')).toBeInTheDocument()
    const allowed = screen.getByRole('region', { name: 'Newly allowed' })
    expect(allowed).toHaveTextContent('TCP 22 (SSH) from anywhere (0.0.0.0/0)')
    expect(allowed).toHaveTextContent('Open to anywhere')
    expect(allowed).toHaveTextContent('ssh-bastion is new and allows it; no rule did before.')
    await userEvent.click(within(allowed).getByText('Rules'))
    expect(allowed).toHaveTextContent('allowed now by rule "allow TCP 22 from anywhere"')
    expect(allowed).toHaveTextContent('of group ssh-bastion')
    expect(screen.getByRole('region', { name: 'While the plan is applied' })).toHaveTextContent(
      /Between step 1 and step 2: 1 newly allowed.*TCP 443 \(HTTPS\) to anywhere/,
    )
  })

  it('says first what is open to anywhere, also where that is only in between', () => {
    const between = summary([['closed'], ['closed', 'ssh'], ['closed']])
    expect(screen.getByText('Opens TCP 22 (SSH) from anywhere while it is applied')).toBeInTheDocument()
    expect(between.container).not.toHaveTextContent('ssh-bastion is new')
    between.unmount()
    const atTheEnd = summary([['closed'], ['ssh', 'closed']])
    expect(screen.getByText('Opens TCP 22 (SSH) from anywhere')).toBeInTheDocument()
    expect(atTheEnd.container).toHaveTextContent('ssh-bastion is new and allows it; no rule did before.')
  })

  it('names the first rules that never match, and says where all are', async () => {
    const web = Array.from({ length: 60 }, (_, n) => rule(`w${n}`, 'web', { multiport: `${n + 1}` }))
    const all = Array.from({ length: 5 }, (_, n) =>
      rule(`a${n}`, 'all', { multiport: `${n * 12 + 1}-${n * 12 + 13}` }),
    )
    const wide = rule('wide', 'web', { multiport: '1-61' })
    await show(compared({ lists: [['all', 'web']], rules: { all, web: [...web, wide] } }))
    const list = screen.getByText(/Rules that can never match/).closest('details')!
    expect(list).toHaveTextContent('as arranged 61')
    expect(within(list).getAllByRole('listitem', { hidden: true })).toHaveLength(50)
    expect(list).toHaveTextContent('And 11 more: the effective rules list all.')
  })

  it('names three rules that shadow one together, and counts the others', async () => {
    const all = Array.from({ length: 5 }, (_, n) =>
      rule(`a${n}`, 'all', { multiport: `${n * 12 + 1}-${n * 12 + 12}` }),
    )
    const web = [rule('wide', 'web', { multiport: '1-60' })]
    await show(compared({ lists: [['all', 'web']], rules: { all, web } }))
    const list = screen.getByText(/Rules that can never match/).closest('details')!
    expect(list).toHaveTextContent(/shadowed by .*TCP 25-36.* and 2 more, together/)
  })

  it('filters by direction and protocol', async () => {
    await show(compared({ lists: [['closed'], ['ssh', 'web']] }))
    const allowed = screen.getByRole('region', { name: 'Newly allowed' })
    expect(within(allowed).getAllByRole('listitem')).toHaveLength(2)
    await userEvent.selectOptions(screen.getByLabelText('Direction'), 'egress')
    expect(within(allowed).getAllByRole('listitem')).toHaveLength(1)
    expect(allowed).toHaveTextContent('TCP 443')
    await userEvent.selectOptions(screen.getByLabelText('Protocol'), 'UDP')
    expect(allowed).toHaveTextContent('Nothing passes the filters.')
  })

  it('says plainly when nothing changes, and when groups have no effect', async () => {
    const { unmount } = await show(
      compared({
        lists: [
          ['ssh', 'web'],
          ['web', 'ssh'],
        ],
      }),
    )
    expect(screen.getByText('No traffic changes.')).toBeInTheDocument()
    unmount()
    await show(compared({ portSecurity: false }))
    expect(screen.getByText(/groups have no effect on this port/)).toBeInTheDocument()
  })

  it('never guesses: rules that were not read leave traffic undecided', async () => {
    const { unmount } = await show(compared({ rules: { ...QUESTION.rules, ssh: null } }))
    expect(screen.getByRole('region', { name: 'Can’t be decided' })).toHaveTextContent(
      'the rules of group ssh-bastion were not read',
    )
    unmount()
    await show({ state: 'failed', message: 'The worker ended.', retry: () => {} })
    expect(screen.getByRole('alert')).toHaveTextContent('What traffic changes is unknown')
  })
})

describe('try a packet', () => {
  it('shows the verdict now, in between and after, and the rule that decides', async () => {
    await show(compared())
    await userEvent.type(screen.getByLabelText('Remote address'), '203.0.113.7{Enter}')
    const form = within(screen.getByRole('form', { name: 'Try a packet' }))
    const verdicts = (await form.findAllByRole('listitem')).map(({ textContent }) => textContent)
    expect(verdicts[0]).toMatch(/^Now: denied/)
    expect(verdicts[1]).toMatch(/^After step 1: denied/)
    expect(verdicts[2]).toMatch(/^After the plan: allowed .* of group ssh-bastion/)
  })

  it.each([
    ['Remote address', '10.0.0', 'Enter one IPv4 or IPv6 address'],
    ['Port', '70000', 'Enter a port in 0..65535.'],
  ])('says at %s what is wrong with %s', async (label, value, message) => {
    await show(compared())
    await userEvent.type(screen.getByLabelText('Remote address'), label === 'Port' ? '10.0.0.1' : value)
    if (label === 'Port') {
      await userEvent.clear(screen.getByLabelText('Port'))
      await userEvent.type(screen.getByLabelText('Port'), value)
    }
    await userEvent.click(screen.getByRole('button', { name: 'Try' }))
    expect(await screen.findByRole('alert')).toHaveTextContent(message)
    expect(screen.getByLabelText(label)).toBeInvalid()
  })
})

describe('remote groups', () => {
  const rules = {
    closed: [],
    web: [
      rule('r3', 'web', { multiport: '5432', remote_group_id: 'db' }),
      rule('r4', 'web', { multiport: '6379', remote_group_id: 'cache' }),
      rule('r5', 'web', { multiport: '8443', remote_group_id: 'cache', action: 'deny' }),
      rule('r6', 'web', { multiport: '8443', remote_group_id: 'cache', priority: 2 }),
    ],
  }
  const members = { db: ['10.0.0.5', '10.0.0.6'] }
  const remotes = {
    groups: [
      {
        kind: 'security_group' as const,
        id: 'db',
        name: 'db-servers',
        addresses: members.db,
        readAt: new Date(2026, 5, 1, 9, 7).getTime(),
      },
      {
        kind: 'security_group' as const,
        id: 'cache',
        name: undefined,
        unresolved: 'more than 2000 ports have it',
      },
    ],
    read: true,
    reread: () => {},
  }

  it('show their addresses, as read; those that stay names say why', async () => {
    await show({ ...compared({ lists: [['closed'], ['web']], rules, members }), remotes } as TrafficState)
    const lines = within(screen.getByRole('region', { name: 'Remote groups' })).getAllByRole('listitem')
    expect(lines[0]).toHaveTextContent('Group db-servers resolved to 2 addresses, as read at 09:07.')
    expect(lines[1]).toHaveTextContent('Group cache not resolved, as more than 2000 ports have it')
    const allowed = screen.getByRole('region', { name: 'Newly allowed' })
    expect(allowed).toHaveTextContent('TCP 5432 (PostgreSQL) from 10.0.0.5 and 10.0.0.6')
    expect(allowed).toHaveTextContent('TCP 6379 (Redis) from addresses of group cache')
  })

  it('that are many are folded up, but for those that stay names', async () => {
    const [db, cache] = remotes.groups
    const many = Array.from({ length: 6 }, (_, n) => ({ ...db!, id: `db-${n}`, name: `db-${n}` }))
    const all = { ...remotes, groups: [...many, cache!] }
    await show({
      ...compared({ lists: [['closed'], ['web']], rules, members }),
      remotes: all,
    } as TrafficState)
    const region = within(screen.getByRole('region', { name: 'Remote groups' }))
    expect(region.getByRole('listitem')).toHaveTextContent('Group cache not resolved')
    await userEvent.click(region.getByText('6 resolved to addresses'))
    expect(region.getAllByRole('listitem')).toHaveLength(7)
    expect(region.getByText(/^Group db-5 resolved to 2 addresses/)).toBeVisible()
  })

  it.each([
    ['5432', '10.0.0.5', /^After the plan: allowed/],
    ['5432', '10.0.0.7', /^After the plan: denied/],
    ['6379', '10.0.0.5', /^After the plan: unknown It depends on whether the address is in group cache/],
    [
      '8443',
      '10.0.0.5',
      /denied Denied, because no rule matches, unless rule "deny TCP 8443 from group cache"/,
    ],
  ])('decide a packet to %s from %s where they are known', async (port, remote, said) => {
    await show({ ...compared({ lists: [['closed'], ['web']], rules, members }), remotes } as TrafficState)
    await userEvent.clear(screen.getByLabelText('Port'))
    await userEvent.type(screen.getByLabelText('Port'), port)
    await userEvent.type(screen.getByLabelText('Remote address'), `${remote}{Enter}`)
    const form = within(screen.getByRole('form', { name: 'Try a packet' }))
    const verdicts = await form.findAllByRole('listitem')
    expect(verdicts[1]).toHaveTextContent(said)
  })
})

describe('before applying', () => {
  it('sums up in a line, with the worst', () => {
    render(<TrafficSummary traffic={compared()} names={{}} />)
    expect(screen.getByText('Traffic: 1 newly allowed. 1 more only while it is applied.')).toBeInTheDocument()
    expect(screen.getByText('Opens TCP 22 (SSH) from anywhere')).toBeInTheDocument()
  })

  it('finds broken guards, in between too, and counts the unknown as broken', () => {
    const guards = [
      { name: 'ssh', protocol: 'tcp', ports: '22', remote: 'anywhere' },
      { name: 'out', direction: 'egress' as const, remote: 'anywhere' },
      { name: 'dns', protocol: 'udp', ports: '53', remote: 'anywhere' },
    ]
    const broken = brokenGuards(guards, compared(), {})
    expect(broken.map(({ name }) => name).toSorted()).toEqual(['out', 'ssh'])
    expect(broken.find(({ name }) => name === 'out')?.why).toMatch(
      /^never newly allow any protocol to anywhere\. After step 1, in between: TCP 443/,
    )
    const unread: TrafficState = { state: 'unread', error: null, retry: () => {} }
    expect(brokenGuards(guards, unread, {})).toHaveLength(3)
  })
})

describe('groups with the same name', () => {
  it('have the start of their ID in every sentence, those of other ports too', () => {
    const [one, two] = ['1111aaaa-0000-4000-8000-000000000001', '2222bbbb-0000-4000-8000-000000000002'].map(
      (id) => ({ id, name: 'default' }),
    ) as [{ id: string; name: string }, { id: string; name: string }]
    const traffic = { ...compared(), named: new Map([[two.id, two]]) } as TrafficState
    const names = namesOf({ groups: new Map([[one.id, one]]) }, traffic)
    expect([one, two].map(({ id }) => names.group?.(id))).toEqual([
      'default (1111aaaa…)',
      'default (2222bbbb…)',
    ])
  })
})

describe('the traffic of other ports', () => {
  const others = {
    port: { id: 'p', private_ips: [{ ip_address: '10.0.0.5' }] },
    ports: [{ id: 'q', name: 'db-01', security_groups: ['db'] }],
    unread: ['only 2000 of the ports with such rules are compared'],
  }
  const rules = {
    web: [],
    db: [rule('r3', 'db', { multiport: '5432', remote_group_id: 'web' })],
  }

  it('is named apart from this port’s, with what is not compared', async () => {
    await show(compared({ lists: [['web'], []], rules, others }))
    expect(
      screen.getByText('This port: no traffic changes. 1 other port: 1 newly denied.'),
    ).toBeInTheDocument()
    const region = await screen.findByRole('region', { name: 'Other ports' })
    expect(region).toHaveTextContent('db-01')
    expect(region).toHaveTextContent('TCP 5432 (PostgreSQL) from 10.0.0.5')
    expect(region).toHaveTextContent('Not compared: only 2000 of the ports with such rules are compared.')
  })

  it('is shown in between, where it changes for a while only', async () => {
    await show(compared({ lists: [['web'], [], ['web']], rules, others }))
    expect(await screen.findByRole('region', { name: 'Other ports' })).toHaveTextContent(
      /Only between step 1 and step 2.*TCP 5432/,
    )
  })

  it('breaks guards, with the ports named', () => {
    const guard = {
      name: 'db',
      change: 'newly_dropped',
      protocol: 'tcp',
      ports: '5432',
      remote: '10.0.0.0/8',
    }
    const broken = brokenGuards([guard as never], compared({ lists: [['web'], []], rules, others }), {})
    expect(broken.map(({ why }) => why)).toEqual([expect.stringContaining('On db-01: TCP 5432 (PostgreSQL)')])
  })
})
