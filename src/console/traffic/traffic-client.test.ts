import { afterEach, describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import {
  resultMessage,
  type TrafficMessage,
  type TrafficResult,
  type TrafficQuestion,
  type TrafficRequest,
} from './compare-traffic.ts'
import { workersOf } from '../../../tests/stage/worker.ts'
import { ListsKept } from './known-lists.ts'
import { TrafficClient, TrafficUnavailable } from './traffic-client.ts'

const { started, start } = workersOf<TrafficRequest, TrafficMessage>((post) => {
  const kept = new ListsKept()
  return (request) => void resultMessage(request, kept).then(post)
})
let client = new TrafficClient()
afterEach(() => client.close())

const ssh: SecurityGroupRule = {
  id: 'allow-ssh',
  security_group_id: 'open',
  direction: 'ingress',
  protocol: 'tcp',
  multiport: '22',
  ethertype: 'IPv4',
  remote_ip_prefix: '0.0.0.0/0',
}

const question = (over: Partial<TrafficQuestion> = {}): TrafficQuestion => ({
  portSecurity: true,
  lists: [['closed'], ['open', 'closed']],
  rules: { closed: [], open: [ssh] },
  ...over,
})

const changesOf = (result: TrafficResult) =>
  result.kind === 'differences'
    ? result.afterStep.map(({ flows }) => flows.map(({ change }) => change))
    : result.kind

describe('asking what traffic changes', () => {
  it('gives plain data for each step', async () => {
    client = new TrafficClient(start)
    const result = await client.ask(question({ lists: [['open'], [], ['open', 'closed']] }))
    expect(changesOf(result)).toEqual([['newly_denied'], []])
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  it('says that groups have no effect when port security is off', async () => {
    client = new TrafficClient(start)
    expect(await client.ask(question({ portSecurity: false }))).toEqual({ kind: 'port_security_off' })
  })

  it('leaves open what the rules of a group that were not read would decide', async () => {
    client = new TrafficClient(start)
    const result = await client.ask(question({ rules: { closed: [], open: null } }))
    expect(changesOf(result)).toEqual([['undecided', 'undecided', 'undecided', 'undecided']])
  })

  it('lets the newest question win, and skips those in between', async () => {
    client = new TrafficClient(start)
    const first = client.ask(question())
    const second = client.ask(question())
    const third = client.ask(question({ lists: [['closed'], ['closed']] }))
    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
    await expect(second).rejects.toMatchObject({ name: 'AbortError' })
    expect(changesOf(await third)).toEqual([[]])
    expect(started.map(({ got, terminated }) => [got.length, terminated])).toEqual([[2, false]])
  })

  it('gives up a question whose signal is aborted, and takes the next', async () => {
    client = new TrafficClient(start)
    const controller = new AbortController()
    const unwanted = client.ask(question(), controller.signal)
    controller.abort()
    await expect(unwanted).rejects.toMatchObject({ name: 'AbortError' })
    expect(changesOf(await client.ask(question()))).toEqual([['newly_allowed']])
    await expect(client.ask(question(), controller.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('rejects, and does not guess, when the question fails or the worker cannot start', async () => {
    client = new TrafficClient(start)
    await expect(client.ask(question({ lists: [] }))).rejects.toThrow(TrafficUnavailable)
    expect(changesOf(await client.ask(question()))).toEqual([['newly_allowed']])
    const broken = new TrafficClient(() => {
      throw new Error('no workers here')
    })
    await expect(broken.ask(question())).rejects.toThrow(TrafficUnavailable)
  })
})
