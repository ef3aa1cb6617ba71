import { randomUUID } from 'node:crypto'
import { Pool } from 'undici'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { chance, oneOf } from '../../../src/emulator/seed/chance.ts'
import { startProxy, type TestedProxy } from '../../stage/proxy.ts'
import { applyStep, StepRefused, type ChangeStep } from '../../../src/vpc/change-step.ts'
import { checkResponse } from '../../../src/vpc/checks.ts'
import { portsideError } from '../../../src/vpc/errors.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { api, operationResponse, SETTLED, type Operation } from '../../../src/vpc/portside-api.ts'
import { auditRecordResponse, auditLogApi } from '../../../src/vpc/audit-log.ts'
import { repeats } from '../../stage/repeats.ts'
import { planned, PROJECT, QUICK } from '../operations/ask-operations.ts'
import { outlineOf } from '../audit-log/read-audit-log.ts'
import { hostileResponses, wellResponse } from './responses.ts'
import { startHostilePlatform, type HostilePlatform, type RawResponse } from './server.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

const RESPONSES = repeats(1500, 10_000)
const AT_ONCE = 24
const [a, b, c, d] = Array.from({ length: 4 }, () => randomUUID()) as [string, string, string, string]

const seed = Date.now()
const next = chance(seed)
const hostile = hostileResponses(seed)
/** The lists of the ports, which the platform changes even where its response is nonsense. */
const lists = new Map<string, string[]>()
let served = 0
/**
 * Whether the platform is hostile: always to reads and dry runs, mostly to the requests of a
 * change.
 */
let isHostile = true

function respond(method: string, path: string, body: string): RawResponse {
  const [, , , kind = '', id = ''] = path.split('?')[0]!.split('/')
  const change = method === 'PUT' && next() < 0.7
  const list = lists.get(id) ?? [a]
  let well: RawResponse | undefined
  let body200: object = wellBody(kind, path, id, list)
  if (method === 'PUT') {
    const { port, dry_run } = JSON.parse(body) as { port: Omit<ChangeStep, 'kind'>; dry_run?: boolean }
    const step = { kind: kindOf(path), ...port } as ChangeStep
    try {
      // A trial whether there is such a call names none.
      if (!step.security_groups) throw new StepRefused('no security group is named')
      const after = applyStep(list, step)
      if (dry_run) well = wellResponse(202, { request_id: 'r' })
      else {
        body200 = { port: { id, security_groups: after }, request_id: 'r' }
        if (change) lists.set(id, after)
      }
    } catch (error) {
      if (!(error instanceof StepRefused)) throw error
      well = wellResponse(409, { error_code: 'VPC.1', error_msg: 'no', request_id: 'r' })
    }
  }
  if (isHostile && (!lists.has(id) || next() < 0.6)) {
    served++
    return hostile(body200)
  }
  if (method === 'PUT' && !change && !well)
    return wellResponse(409, { error_code: 'VPC.2', error_msg: 'no', request_id: 'r' })
  return well ?? wellResponse(200, body200)
}

function kindOf(path: string): ChangeStep['kind'] {
  if (path.startsWith('/v1/')) return 'replace'
  return path.includes('/insert-') ? 'insert' : 'remove'
}

function wellBody(kind: string, path: string, id: string, list: string[]): object {
  const request_id = 'r'
  const port = { id: id || randomUUID(), name: 'web-1', security_groups: list, private_ips: [] }
  if (kind === 'ports') return id ? { port, request_id } : { ports: [port], page_info: {}, request_id }
  const rule = { id: a, security_group_id: b, direction: 'ingress' }
  if (path.includes('security-group-rules')) return { security_group_rules: [rule], request_id }
  const group = path.split('?')[0]!.split('/')[5]
  return group
    ? { security_group: { id: group, name: 'g', security_group_rules: [rule] }, request_id }
    : { security_groups: [{ id: a, name: 'g' }], page_info: { next_marker: a }, request_id }
}

let platform: HostilePlatform
let proxy: TestedProxy
/** Kept connections to the proxy: fetch would take more of the CPU than the proxy itself. */
let connections: Pool
let cookie: string
beforeAll(async () => {
  platform = await startHostilePlatform(respond)
  proxy = await startProxy(
    {
      PORTSIDE_UPSTREAM: platform.address,
      // Else its odd 404s would soon leave no call that changes ports.
      PORTSIDE_PROJECTS: JSON.stringify([{ project_id: PROJECT, offers: { steps: true, update: 'v1' } }]),
      PORTSIDE_UPSTREAM_TIMEOUT_MS: '1500',
      ...QUICK,
      PORTSIDE_LATE_ANSWER_MS: '10',
      PORTSIDE_STEP_RETRY_MS: '2',
    },
    // Else the first changes wait for it, long on a busy machine. And one 429 would close the
    // platform for the rest of the test.
    { makeJournal: 'at_start', longestRetryAfterMs: 2 },
  )
  cookie = await proxy.signIn()
  connections = new Pool(proxy.address, {
    connections: 2 * AT_ONCE,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  })
})
afterAll(async () => {
  await connections.close()
  await proxy.close()
  await platform.close()
})

/** One example of each fault. */
const found = new Map<string, string>()

type Request = { method?: 'POST' | 'PUT'; json?: unknown }

/** Calls the proxy, which must respond in one of its forms, whatever the platform does. */
async function ask(path: string, { method, json }: Request, schema?: Schema) {
  const what = `${method ?? 'GET'} ${path.replaceAll(/[0-9a-f-]{36}/g, '{id}').split('?')[0]}`
  try {
    const {
      statusCode: status,
      headers,
      body,
    } = await connections.request({
      path,
      method: method ?? 'GET',
      headers: {
        cookie,
        origin: proxy.address,
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      body: json === undefined ? null : JSON.stringify(json),
    })
    const text = await body.text()
    const fault = wrong(status, String(headers['content-type']), text, schema)
    if (fault) found.set(`${fault} ${what}`, `${fault}: ${what} -> ${status} ${text.slice(0, 300)}`)
    return { status, body: JSON.parse(text) as Record<string, never> }
  } catch (error) {
    found.set(`no response ${what}`, `no response: ${what} ${String(error)}`)
    return { status: 0, body: {} as Record<string, never> }
  }
}

type Schema = { safeParse(value: unknown): { success: boolean } }

function wrong(status: number, type: string, text: string, schema?: Schema): string | undefined {
  if (!type.startsWith('application/json')) return 'not JSON'
  if (status === 200 || status === 202)
    return schema && !schema.safeParse(JSON.parse(text)).success ? 'a success in another form' : undefined
  if (status < 400 || status > 599) return 'a status of no error'
  const error = portsideError.safeParse(JSON.parse(text))
  if (!error.success) return 'an error in another form'
  if (error.data.error_code === 'Portside.Internal') return 'an unforeseen error'
  if (error.data.error_code === 'Portside.NotRecorded') return 'no audit record'
  if (text.length > 20_000) return 'an error too long to be read'
  return undefined
}

const READS = [
  () => paths.ports(PROJECT),
  () => paths.port(PROJECT, randomUUID()),
  () => paths.securityGroups(PROJECT),
  () => paths.securityGroup(PROJECT, randomUUID()),
  () => paths.rules(PROJECT),
]

const begun: string[] = []
const anyWay = () => oneOf(['steps', 'one-call'] as const, next)

async function one(): Promise<void> {
  const portId = randomUUID()
  const kind = next()
  if (kind < 0.975) await ask(`/api${oneOf(READS, next)()}`, {})
  else if (kind < 0.987) {
    const path = oneOf([paths.insert, paths.remove], next)(PROJECT, portId)
    const json = { port: { security_groups: [b] }, dry_run: true }
    await ask(`/api${path}`, { method: 'PUT', json })
  } else if (kind < 0.99) {
    lists.set(portId, [a, b])
    const { planned_from, desired, steps } = planned(
      [a, b],
      oneOf(
        [
          [b, a],
          [b, d, a],
        ],
        next,
      ),
      {},
      anyWay(),
    )
    const json = { planned_from, desired, steps }
    await ask(api.portChecks(PROJECT, portId), { method: 'POST', json }, checkResponse)
  } else {
    lists.set(portId, [a, b, c])
    const json = planned(
      [a, b, c],
      oneOf(
        [
          [c, a, b],
          [d, b],
          [b, d, c, a],
        ] as string[][],
        next,
      ),
      {},
      anyWay(),
    )
    begun.push(json.operation_id)
    await ask(api.portOperations(PROJECT, portId), { method: 'POST', json }, operationResponse)
  }
}

async function settled(id: string): Promise<Operation> {
  for (let after = 0; ;) {
    const { body, status } = await ask(`${api.operation(id)}?after=${after}&wait=5`, {}, operationResponse)
    const operation = body.operation as unknown as Operation | undefined
    if (!operation) throw new Error(`no operation ${id}: ${status}`)
    if (SETTLED.has(operation.status)) return operation
    after = operation.revision
  }
}

/** By the time of a choice, the port may have been read back, and all of the change be done. */
const cameTooLate = async (id: string, status: number) =>
  status === 409 && (await settled(id)).status === 'done'

/** What an operation's audit record lacks: a response to each request, and an end. */
async function missing(id: string): Promise<string | undefined> {
  const { body } = await ask(auditLogApi.record(id), {}, auditRecordResponse)
  const entries = outlineOf(body.record as never)
  const open = entries.findIndex(
    (entry, at) =>
      entry.startsWith('request') && !entries[at + 1]?.startsWith(entry.replace('request', 'answer')),
  )
  if (open >= 0) return `no response after ${entries[open]}: ${entries.join(', ')}`
  return entries.some((entry) => entry.startsWith('end')) ? undefined : `no end: ${entries.join(', ')}`
}

const enough = () => served >= RESPONSES
async function askOn(): Promise<void> {
  while (!enough()) await one()
}

test(`${RESPONSES} hostile responses: each call ends well, each change is recorded`, async () => {
  const over = new AbortController()
  const watch = (async () => {
    while (!over.signal.aborted) {
      const { status } = await fetch(`${proxy.address}/healthz`).catch(() => ({ status: 0 }))
      if (status !== 200) found.set('healthz', `/healthz: ${status}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })()
  await Promise.all(Array.from({ length: AT_ONCE }, askOn))

  // Every operation ends so that a choice is possible, while the platform is as hostile as before,
  // and when it works again.
  const ids = begun.values()
  const outcomes: Record<string, number> = {}
  const chooseAll = async () => {
    for (const id of ids) {
      const operation = await settled(id)
      const fault = await missing(id)
      if (fault) found.set('record', fault)
      outcomes[operation.status] = (outcomes[operation.status] ?? 0) + 1
      if (operation.status !== 'stopped' && operation.status !== 'interrupted') continue
      const choice = oneOf(['go-on', 'go-back', 'leave'] as const, next)
      const path = api.operationChoice(id, choice)
      const given = await ask(path, { method: 'POST' }, operationResponse)
      if (choice === 'leave' && given.status !== 200 && !(await cameTooLate(id, given.status)))
        found.set('leave', `leave: ${JSON.stringify(given)}`)
      if (given.status !== 202) continue
      const following = (given.body.operation as unknown as Operation).operation_id
      await settled(following)
      const more = await missing(following)
      if (more) found.set('record', more)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, chooseAll))
  isHostile = false
  for (const id of begun) {
    const operation = await settled(id)
    if (operation.status !== 'stopped' && operation.status !== 'interrupted') continue
    const { status } = await ask(api.operationChoice(id, 'leave'), { method: 'POST' }, operationResponse)
    if (status !== 200 && !(await cameTooLate(id, status)))
      found.set('leave', `leave, of a platform that works: ${status}`)
  }
  over.abort()
  await watch
  expect([...found.values()].join('\n\n'), `seed ${seed}`).toBe('')
  expect(Object.keys(outcomes).toSorted()).toEqual(expect.arrayContaining(['done', 'stopped']))
})
