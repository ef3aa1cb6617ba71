import { randomUUID } from 'node:crypto'
import type * as z from 'zod/mini'
import { createEmulator, type EmulatorOptions } from '../../../src/emulator/server.ts'
import type { Records } from '../../stage/postgres.ts'
import { startProxy, type TestedProxy } from '../../stage/proxy.ts'
import type { PortsideError } from '../../../src/vpc/errors.ts'
import type { PlanWay } from '../../../src/vpc/plan-change.ts'
import { chosenPlan, planWays } from '../../../src/vpc/plan-ways.ts'
import {
  api,
  SETTLED,
  type Operation,
  type OperationChoice,
  type operationsResponse,
  type OperationSummary,
} from '../../../src/vpc/portside-api.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { ACCESS, controls, KEYS } from '../../stage/servers.ts'

/** The project that all operations of the tests are in. */
export const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'

/** Settings with which operations wait milliseconds instead of seconds. */
export const QUICK = {
  PORTSIDE_STEP_TRIES: '4',
  PORTSIDE_STEP_RETRY_MS: '10',
  PORTSIDE_LATE_ANSWER_MS: '30',
  PORTSIDE_READ_RETRIES: '0',
}

/** A response of Portside's API: the operation, or the error. */
export type TestedResponse = { status: number; operation: Operation; error: PortsideError }

/** Calls Portside's API about operations, however the proxy runs. */
export function operationsOver(call: TestedProxy['call']) {
  async function ask(path: string, init?: Parameters<TestedProxy['call']>[1]): Promise<TestedResponse> {
    const response = await call(path, init)
    const body = await response.json()
    return { status: response.status, operation: body.operation, error: body }
  }
  async function page(portId: string, query = ''): Promise<z.infer<typeof operationsResponse>> {
    return (await call(api.portOperations(PROJECT, portId) + query)).json()
  }
  const get = (id: string, query = '') => ask(api.operation(id) + query)
  return {
    ask,
    get,
    post: (portId: string, json: unknown) =>
      ask(api.portOperations(PROJECT, portId), { method: 'POST', json }),
    choose: (id: string, choice: OperationChoice, json?: unknown) =>
      ask(api.operationChoice(id, choice), { method: 'POST', ...(json === undefined ? {} : { json }) }),
    page,
    ofPort: async (portId: string): Promise<OperationSummary[]> => (await page(portId)).operations,
    /** The operation as soon as it is as `until` says. */
    async once(id: string, until: (operation: Operation) => boolean): Promise<Operation> {
      for (let after = 0; ;) {
        const { operation } = await get(id, `?after=${after}&wait=20`)
        if (until(operation)) return operation
        after = operation.revision
      }
    },
    /** The operation when it has ended, or waits for a choice. */
    settled(id: string): Promise<Operation> {
      return this.once(id, ({ status }) => SETTLED.has(status))
    },
  }
}

/**
 * The body that carries a port from one list to another as planned; `more` replaces parts of it.
 * What one insert or remove does is done by that either way.
 */
export function planned(from: string[], desired: string[], more: object = {}, way: PlanWay = 'steps') {
  const ways = planWays(from, desired, { limit: 100, policy: way })
  const steps = chosenPlan(ways, way).steps.map(({ step }) => step)
  return { operation_id: randomUUID(), planned_from: from, desired, steps, ...more }
}

/** The IDs of the groups of the project, asked of the platform. */
export async function groupIds(emulator: string): Promise<string[]> {
  const response = await fetch(`${emulator}/_emulator/v3/${PROJECT}/vpc/security-groups?limit=2000`)
  return (await response.json()).security_groups.map(({ id }: { id: string }) => id)
}

/** The IDs of all ports of the project on which groups have an effect. */
export async function portIds(emulator: string): Promise<string[]> {
  const response = await fetch(`${emulator}/_emulator/v3/${PROJECT}/ports?limit=2000`)
  const { ports }: { ports: { id: string; port_security_enabled?: boolean }[] } = await response.json()
  return ports.filter(({ port_security_enabled }) => port_security_enabled !== false).map(({ id }) => id)
}

/** A proxy and an emulator in this process, over real HTTP. */
export async function startStage(
  environment: Record<string, string> = {},
  more: EmulatorOptions = {},
  records?: Records,
) {
  const emulator = await createEmulator({ credentials: KEYS, ...more })
  const { faults, noFaults, list, someoneElseSets } = controls(emulator.address)
  const start = (other: Record<string, string> = {}) =>
    startProxy(
      { PORTSIDE_UPSTREAM: emulator.address, ...ACCESS, ...QUICK, ...environment, ...other },
      {},
      records,
    )
  const proxy = await start()
  const ports = (await portIds(emulator.address)).values()
  const letters = new Map(
    (await groupIds(emulator.address)).slice(0, 26).map((id, at) => [String.fromCodePoint(97 + at), id]),
  )
  return {
    emulator: emulator.address,
    proxy,
    start,
    faults,
    noFaults,
    list,
    someoneElseSets,
    /** Lists as words: a letter for each group. */
    ids: (word: string) => [...word].map((letter) => letters.get(letter)!),
    word: (ids: readonly string[] | null) =>
      ids?.map((id) => [...letters].find(([, one]) => one === id)?.[0]).join(''),
    /** The ID of the first group of that name. */
    async groupNamed(name: string): Promise<string> {
      const query = `?name=${encodeURIComponent(name)}`
      const response = await fetch(`${emulator.address}/_emulator${paths.securityGroups(PROJECT)}${query}`)
      return (await response.json()).security_groups[0].id
    },
    /** A port of its own for a test, with these groups. */
    async portWith(word: string): Promise<string> {
      const id = ports.next().value!
      await someoneElseSets(id, this.ids(word))
      return id
    },
    /** How many requests to change the port met `fault`: one that never applies counts them. */
    async countChanges(portId: string): Promise<() => Promise<number>> {
      const path = portId
      await faults({ kind: 'delay', milliseconds: 0, times: 0, match: { method: 'PUT', path } })
      return async () => {
        const response = await fetch(`${emulator.address}/_emulator/faults`)
        const set = (await response.json()).faults as { match?: { path?: string }; matched: number }[]
        return set.find(({ match }) => match?.path === path)!.matched
      }
    },
    async close() {
      await proxy.close()
      await emulator.close()
    },
  }
}
