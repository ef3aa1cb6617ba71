/** What a change of one port's groups does to the traffic of others, in the seeded estate. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import {
  comingAndGoing,
  effectiveRules,
  explain,
  groupsWithRemote,
  RuleBook,
  trafficOfOtherPorts,
  verdict,
} from '../../vpc/traffic/index.ts'
import { hasPacket } from '../../vpc/traffic/naive-verdict.ts'
import { makeEstate } from './estate.ts'

const { security_groups, security_group_rules, ports } = makeEstate({ seed: 1 }).projects[0]!
const idOf = (name: string) => security_groups.find((group) => group.name === name)!.id
const names = { group: (id: string) => security_groups.find((group) => group.id === id)?.name }
const portNamed = (name: string) => ports.find((port) => port.name === name)!
const rules: Record<string, SecurityGroupRule[]> = Object.fromEntries(
  security_groups.map(({ id }) => [id, security_group_rules.filter((rule) => rule.security_group_id === id)]),
)

/** As the console and the proxy read them. */
const portsWithRemote = (lists: readonly string[][]) => {
  const concerned = groupsWithRemote(security_group_rules, comingAndGoing(lists))
  return ports.filter(({ security_groups: list }) => list.some((id) => concerned.includes(id)))
}
const others = (name: string, ...after: string[][]) => {
  const port = portNamed(name)
  const lists = [port.security_groups, ...after]
  return trafficOfOtherPorts(port, lists, { ports: portsWithRemote(lists) }, rules)
}
const without = (name: string, group: string) =>
  portNamed(name).security_groups.filter((id) => id !== idOf(group))

describe('the traffic of other ports', () => {
  test('is cut when the group that their rules have as remote is detached', () => {
    const found = others('shop-prod-web-03', without('shop-prod-web-03', 'shop-prod-web'))
    expect(found.map((one) => one.ports.map(({ name }) => name))).toEqual([
      ['shop-prod-app-01', 'shop-prod-app-02'],
      ['partner-gateway-01'],
    ])
    expect(found[0]!.afterStep[0]!.flows.map((flow) => explain(flow, names))).toEqual([
      expect.stringMatching(
        /^TCP 9000-9099 .*from 10\.20\.1\.13: allowed before by rule .* of group shop-prod-app; denied now/,
      ),
    ])
  })

  test('is cut in between when the group is off for one step only', () => {
    const { security_groups: list } = portNamed('shop-prod-web-03')
    const found = others('shop-prod-web-03', without('shop-prod-web-03', 'shop-prod-web'), list)
    expect(found[0]!.afterStep.map(({ counts }) => counts.newly_denied)).toEqual([1, 0])
    expect(found[0]!.inBetween[0]).toHaveLength(1)
  })

  test('is opened when the group is added', () => {
    const port = portNamed('shop-stage-web-01')
    const found = others('shop-stage-web-01', [...port.security_groups, idOf('shop-prod-web')])
    expect(found.map(({ afterStep }) => afterStep[0]!.counts.newly_allowed)).toEqual([1])
  })

  test('stays undecided where a rule for the group can not be read', () => {
    const odd = {
      ...rules,
      [idOf('shop-prod-app')]: rules[idOf('shop-prod-app')]!.map((rule) => ({ ...rule, multiport: '9x' })),
    }
    const port = portNamed('shop-prod-web-03')
    const lists = [port.security_groups, without('shop-prod-web-03', 'shop-prod-web')]
    const [found] = trafficOfOtherPorts(port, lists, { ports: portsWithRemote(lists) }, odd)
    const { flows } = found!.afterStep[0]!
    expect(new Set(flows.map(({ change }) => change))).toEqual(new Set(['undecided']))
    for (const { remote, family } of flows)
      if (family === 'IPv4') expect(remote.ranges).toEqual([{ from: '10.20.1.13', to: '10.20.1.13' }])
  })

  test('changes for a packet exactly where a verdict by the addresses of all ports does', () => {
    const services = security_group_rules.flatMap(({ protocol, multiport }) =>
      protocol === 'tcp' || protocol === 'udp'
        ? [{ protocol, port: Number(/\d+/.exec(String(multiport))?.[0] ?? 1) }]
        : [],
    )
    const cases = fc.record({
      port: fc.constantFrom(...ports.filter(({ port_security_enabled }) => port_security_enabled !== false)),
      kept: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      added: fc.shuffledSubarray(
        security_groups.map(({ id }) => id),
        { maxLength: 3 },
      ),
      service: fc.constantFrom(...services),
      direction: fc.constantFrom('ingress' as const, 'egress' as const),
    })
    const verdictsBy = (port: (typeof ports)[number], list: string[]) => {
      const now = ports.map((one) => (one === port ? { ...one, security_groups: list } : one))
      return new RuleBook(rules, {
        membersOf: (id) =>
          now.flatMap((one) =>
            one.security_groups.includes(id) ? one.private_ips!.map((ip) => ip.ip_address!) : [],
          ),
      })
    }
    fc.assert(
      fc.property(cases, ({ port, kept, added, service, direction }) => {
        const list = port.security_groups.filter((_, at) => kept[at % 8])
        const desired = [...new Set([...list, ...added])]
        const lists = [port.security_groups, desired]
        const found = trafficOfOtherPorts(port, lists, { ports: portsWithRemote(lists) }, rules)
        const [before, after] = lists.map((one) => verdictsBy(port, one))
        const remote = port.private_ips?.[0]?.ip_address
        if (!remote) return
        const packet = { ...service, direction, remote, isMember: () => false }
        for (const other of ports) {
          if (other === port || other.port_security_enabled === false) continue
          const [was, is] = [before!, after!].map(
            (book) => verdict(packet, effectiveRules(other.security_groups, book)).verdict,
          )
          const flows = found.find((one) => one.ports.some(({ id }) => id === other.id))?.afterStep[0]!.flows
          const naive = {
            direction,
            family: 'IPv4' as const,
            protocol: service.protocol === 'tcp' ? 6 : 17,
            rest: service.port,
            address: remote,
            memberOf: new Set<string>(),
          }
          const changes = (flows ?? []).filter((flow) => hasPacket(flow, naive)).map(({ change }) => change)
          expect(changes).toEqual(was === is ? [] : [is === 'allowed' ? 'newly_allowed' : 'newly_denied'])
        }
      }),
      { numRuns: 40 },
    )
  })
})
