import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, startScriptedPlatform, type ScriptedPlatform } from '../../stage/scripted-platform.ts'
import { operationsOver, planned, PROJECT, QUICK } from '../operations/ask-operations.ts'

// Forms that differ from the documented ones (docs/platform.md, Objects): only what decides is
// strict, and each entry of a list is judged on its own.

const GUARD = { name: 'SSH', protocol: 'tcp', ports: '22', remote: 'anywhere' }
const GROUP = randomUUID()
let platform: ScriptedPlatform
let portId = randomUUID()
beforeAll(async () => {
  platform = await startScriptedPlatform({ ...QUICK, PORTSIDE_GUARDS: JSON.stringify([GUARD]) })
  // Makes the journal: some seconds of work, many on a busy machine.
  await operationsOver(platform.proxy.call).ofPort(randomUUID())
}, 120_000)
afterAll(() => platform.close())

const at = `/api/v3/${PROJECT}`
const good = () => ({ id: randomUUID(), security_groups: [GROUP], name: 'good' })

/** What the proxy makes of a body; its text, to compare with what was sent. */
async function ask(path: string, body: object) {
  platform.responses = [json(200, body)]
  const response = await platform.proxy.call(at + path)
  const text = await response.text()
  return { status: response.status, text, body: JSON.parse(text) }
}

describe('an odd value in a field that decides nothing is passed on as it came', () => {
  test('a group with the number 0 for its enterprise project', async () => {
    const group = { id: GROUP, name: 'web', enterprise_project_id: 0 }
    const list = { security_groups: [group], request_id: 'r' }
    expect(await ask('/vpc/security-groups', list)).toMatchObject({ status: 200, text: JSON.stringify(list) })
    const shown = { security_group: { ...group, security_group_rules: [] } }
    const one = await ask(`/vpc/security-groups/${GROUP}`, shown)
    expect(one).toMatchObject({ status: 200, text: JSON.stringify(shown) })
  })

  test('a port with the text "true" for its administrative state', async () => {
    const port = { ...good(), admin_state_up: 'true' }
    const shown = { port, request_id: 7 }
    expect(await ask(`/ports/${port.id}`, shown)).toMatchObject({ status: 200, text: JSON.stringify(shown) })
  })

  test.each([
    { tags: ['blue'] },
    { zone_id: 7 },
    { 'binding:profile': null },
    { private_ips: null },
    { created_at: 1683682502 },
    { name: { en: 'x' }, status: [], device_owner: 4, port_security_enabled: 'no', allowed_address_pairs: 1 },
  ])('one port of three: %j', async (odd) => {
    const page = { ports: [good(), { ...good(), ...odd }, good()], request_id: 'r' }
    expect(await ask('/ports', page)).toMatchObject({ status: 200, text: JSON.stringify(page) })
  })
})

describe('an entry that can’t be read is named, and the others are there', () => {
  test.each([
    ['no list', { security_groups: null }, 'security_groups must be an array'],
    ['its list left out', { security_groups: undefined }, 'security_groups is missing'],
    ['a number in its list', { security_groups: [7] }, 'security_groups.0 must be a string'],
    ['no ID', { id: undefined }, 'id is missing'],
  ])('one port of three has %s', async (_, odd, why) => {
    const [first, third] = [good(), good()]
    const second = { ...good(), ...odd }
    const { status, body } = await ask('/ports', {
      ports: [first, second, third],
      page_info: { next_marker: third.id },
      request_id: 'r',
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      ports: [first, third],
      page_info: { next_marker: third.id },
      request_id: 'r',
      'portside:unreadable': { count: 1, entries: [{ place: 1, id: second.id ?? null, why }] },
    })
  })

  test.each([
    ['an empty list', [], undefined],
    ['an empty text', '', undefined],
    ['next_marker false', { next_marker: false, current_count: 1 }, undefined],
    ['next_marker null', { next_marker: null }, undefined],
    ['next_marker a number', { next_marker: 7 }, '7'],
  ])('page_info: %s', async (_, page_info, next) => {
    const port = good()
    const { status, body } = await ask('/ports', { ports: [port], page_info })
    expect([status, body.ports]).toEqual([200, [port]])
    expect(body.page_info?.next_marker ?? undefined).toBe(next)
    expect(body).not.toHaveProperty('portside:unreadable')
  })

  test.each([
    ['a text', 'more'],
    ['a marker that is no text', { next_marker: ['x'] }],
  ])('page_info is %s: that more may follow is said', async (_, page_info) => {
    const port = good()
    const { status, body } = await ask('/ports', { ports: [port], page_info })
    expect([status, body.ports]).toEqual([200, [port]])
    expect(body['portside:unreadable']).toEqual({ count: 0, entries: [], more_may_follow: true })
  })

  test('of many the first ten are named, and all are counted', async () => {
    const bad = Array.from({ length: 30 }, () => null)
    const { body } = await ask('/vpc/security-groups', { security_groups: [...bad, { id: GROUP }] })
    expect(body.security_groups).toEqual([{ id: GROUP }])
    expect(body['portside:unreadable'].count).toBe(30)
    expect(body['portside:unreadable'].entries).toHaveLength(10)
  })

  test('a group is shown with the rules that can be read', async () => {
    const rule = { id: randomUUID(), security_group_id: GROUP, direction: 7 }
    const security_group = { id: GROUP, security_group_rules: [rule, 'x'] }
    const { body } = await ask(`/vpc/security-groups/${GROUP}`, { security_group })
    expect(body.security_group.security_group_rules).toEqual([rule])
    expect(body['portside:unreadable']).toMatchObject({ count: 1, entries: [{ place: 1, id: null }] })
  })

  test('in the old form too, page by page', async () => {
    const [first, last] = [good(), good()]
    const bad = { ...good(), security_groups: null }
    const noV3 = json(404, { error_code: 'APIGW.0101', error_msg: 'no such API' })
    const old = (path: string) => platform.proxy.call(`${at}/ports?limit=2${path}`)
    platform.responses = [noV3, json(200, { ports: [first, bad] }), json(200, { ports: [last] })]
    const page = await (await old('')).json()
    expect(page.ports).toMatchObject([{ id: first.id }])
    expect(page.page_info.next_marker).toBe(bad.id)
    expect(page['portside:unreadable']).toMatchObject({ count: 1, entries: [{ place: 1, id: bad.id }] })
    const rest = await (await old(`&marker=${bad.id}`)).json()
    expect(rest.ports).toMatchObject([{ id: last.id }])
    expect(rest.page_info).not.toHaveProperty('next_marker')
  })

  test.each([null, {}, { id: 7 }])('the last of a full old page is %j', async (odd) => {
    const [first, last] = [good(), good()]
    const old = async (path: string) => (await platform.proxy.call(`${at}/ports?limit=2${path}`)).json()
    platform.responses = [json(200, { ports: [first, odd] }), json(200, { ports: [odd, last] })]
    // The next page begins after the last entry that has an ID, and names the odd one.
    const page = await old('')
    expect([page.ports.length, page.page_info.next_marker]).toEqual([1, first.id])
    expect(page).not.toHaveProperty('portside:unreadable')
    const next = await old(`&marker=${first.id}`)
    expect(next.ports).toMatchObject([{ id: last.id }])
    expect(next['portside:unreadable']).toMatchObject({ count: 1, entries: [{ place: 0, id: null }] })
  })

  test('an old page without any ID: that more may follow is said', async () => {
    platform.responses = [json(200, { ports: [null, {}] })]
    const { status, body } = await ask('/ports?limit=2', { ports: [null, {}] })
    expect([status, body.ports]).toEqual([200, []])
    expect(body['portside:unreadable']).toMatchObject({ count: 2, more_may_follow: true })
  })

  test('only Portside names them: what the platform sends by that name is left out', async () => {
    const page = { ports: [good()], 'portside:unreadable': { count: 9, entries: [] } }
    // The endpoint was found to have no v3 port reads, just before.
    const { body } = await ask('/vpc/security-groups', { ...page, security_groups: [{ id: GROUP }] })
    expect(body).not.toHaveProperty('portside:unreadable')
    expect(body.security_groups).toEqual([{ id: GROUP }])
  })
})

describe('a rule that can’t be read leaves open only its own traffic', () => {
  const rule = {
    id: randomUUID(),
    security_group_id: GROUP,
    direction: 'ingress',
    protocol: 'tcp',
    priority: 1,
  }
  const open = 'could not be decided'
  const allowed = 'newly allow'

  /** What the guard against SSH says of putting a group with these rules on a port. */
  async function guardOf(rules: unknown[]): Promise<string | undefined> {
    portId = randomUUID()
    const port = { id: portId, security_groups: [] }
    const respond = (url: string): object => {
      if (url.includes('/security-group-rules')) return { security_group_rules: rules }
      if (url.includes('/security-groups')) return { security_groups: [{ id: GROUP }] }
      if (url.endsWith('/insert-security-groups')) return { port: { ...port, security_groups: [GROUP] } }
      return url.includes('?') ? { ports: [port] } : { port }
    }
    platform.responses = [(response, request) => json(200, respond(request.url ?? ''))(response, request)]
    const { status, error } = await operationsOver(platform.proxy.call).post(portId, planned([], [GROUP]))
    return status === 409 ? (error.error_msg as string) : undefined
  }

  test.each<[string, object | null, string | undefined]>([
    ['the range 22 to 22', { port_range_min: 22, port_range_max: 22 }, allowed],
    ['the range 8080 to 8080', { port_range_min: 8080, port_range_max: 8080 }, undefined],
    ['a number for its ports', { multiport: 22 }, allowed],
    ['the number 333 for its ports', { multiport: 333 }, undefined],
    ['half a range', { port_range_min: 22 }, open],
    ['another range than its ports', { multiport: '8080', port_range_min: 22, port_range_max: 22 }, open],
    ['a field that nobody knows', { multiport: '22', source_ports: '1-1023' }, open],
    ['such a field on another port', { multiport: '8080', source_ports: '1-1023' }, undefined],
    ['such a field that says nothing', { multiport: '22', source_ports: [] }, allowed],
    ['a text for its priority', { multiport: '22', priority: '1' }, open],
    ['a text for whether it is enabled', { multiport: '22', enabled: 'false' }, open],
    ['a number for its action, on another port', { multiport: '8080', action: 1 }, undefined],
    ['a list for its remote', { multiport: '22', remote_ip_prefix: ['10.0.0.0/8'] }, open],
    ['no form at all', null, open],
  ])('a rule with %s', async (_, fields, says) => {
    const why = await guardOf([fields === null ? null : { ...rule, ...fields }])
    if (says === undefined) expect(why).toBeUndefined()
    else expect(why).toContain(says)
    if (says === allowed) expect(why).not.toContain(open)
  })
})
