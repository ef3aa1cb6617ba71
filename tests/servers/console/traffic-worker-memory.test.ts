import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { resultMessage } from '../../../src/console/traffic/compare-traffic.ts'
import { ListsKept, ListsSent, MOST_KEPT } from '../../../src/console/traffic/known-lists.ts'
import type { SecurityGroupRule } from '../../../src/vpc/security-group.ts'
import { repeats } from '../../stage/repeats.ts'

const BEFORE = 400
const PORTS = repeats(300, 2000)
/** Bytes that a further port may leave: its 100 rules and 200 addresses take about 40 kB. */
const MOST_EACH = 3000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function heap(): Promise<number> {
  // What finalizers let go is gone after the second time.
  for (let n = 0; n < 2; n++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve))
  }
  return process.memoryUsage().heapUsed
}

function rulesOf(group: string): SecurityGroupRule[] {
  return Array.from({ length: 25 }, (_, n) => ({
    id: `${group}-${n}`,
    security_group_id: group,
    direction: 'ingress',
    ethertype: 'IPv4',
    protocol: 'tcp',
    multiport: `${1 + n}`,
    remote_ip_prefix: `10.${n}.0.0/16`,
  }))
}

/** The worker's own code, with its messages cloned as they are between threads. */
function worker() {
  const [sent, kept] = [new ListsSent(), new ListsKept()]
  let asked = 0
  return {
    kept,
    async ask(port: number) {
      const groups = Array.from({ length: 4 }, (_, n) => `${port}-g${n}`)
      const rules = Object.fromEntries(groups.map((id) => [id, rulesOf(id)]))
      const lists = [groups, groups.toReversed()]
      const members = { remote: Array.from({ length: 200 }, (_, n) => `10.${port % 256}.1.${n}`) }
      const question = { portSecurity: true, lists, rules, members }
      return structuredClone(await resultMessage(structuredClone(sent.request(++asked, question)), kept))
    },
  }
}

it('the traffic worker stops growing over hundreds of different ports', { timeout: 300_000 }, async () => {
  const { ask, kept } = worker()
  // Six times what is kept: by then the engine has what it keeps for itself.
  for (let port = 0; port < BEFORE; port++) await ask(port)
  const before = await heap()
  for (let port = BEFORE; port < BEFORE + PORTS; port++)
    if (!('result' in (await ask(port)))) throw new Error('no result')
  const each = ((await heap()) - before) / PORTS
  expect(kept.size).toBeLessThanOrEqual(MOST_KEPT)
  expect(each, `${Math.round(each)} bytes a port`).toBeLessThan(MOST_EACH)
})
