import { onTestFinished } from 'vitest'
import { paths } from '../../src/vpc/paths.ts'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/server.ts'

/**
 * The project and port of the reference's example, its two groups, and the two that the example
 * inserts.
 */
export const EXAMPLE = {
  project: 'f5dab68cd75740e68c599e9af5fe0aed',
  port: '99fd0c77-56b4-4bf6-8365-df352e45d5fc',
  groups: ['567be4e3-d171-46ce-9e8a-c15e91cfe86a', '4940b983-5992-4663-bed9-d1d1e15d1009'] as const,
  inserted: ['8edd3747-ccd4-49a1-82b9-a165eec314b4', '6c2d4540-3b7d-4207-a319-a7231b439995'] as const,
} as const

// Untyped: tests check each field of a response.
// oxlint-disable-next-line typescript/no-explicit-any
type Body = any
/** A response as it was received. */
export type TestedResponse = { status: number; headers: Headers; text: string; body: Body }

/**
 * One HTTP call; a text body is sent as it is, anything else as JSON. `body` is undefined when the
 * response is not JSON.
 */
export async function call(
  { address }: Emulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<TestedResponse> {
  const response = await fetch(address + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined
      ? {}
      : {
          body:
            typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
        }),
  })
  const text = await response.text()
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    read = undefined
  }
  return { status: response.status, headers: response.headers, text, body: read }
}

/** An emulator that is closed when the test ends. */
export async function started(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await createEmulator(options)
  onTestFinished(() => emulator.close())
  return emulator
}

/** The groups of the example's port, as a read returns them now. */
export async function listNow(emulator: Emulator, port: string = EXAMPLE.port): Promise<string[]> {
  const { body } = await call(emulator, 'GET', paths.port(EXAMPLE.project, port))
  return body.port.security_groups
}

/** insert-security-groups on the example's port. */
export const insert = (emulator: Emulator, body: unknown, port: string = EXAMPLE.port) =>
  call(emulator, 'PUT', paths.insert(EXAMPLE.project, port), body)

/** remove-security-groups on the example's port. */
export const remove = (emulator: Emulator, body: unknown, port: string = EXAMPLE.port) =>
  call(emulator, 'PUT', paths.remove(EXAMPLE.project, port), body)

/** IDs of all ports or groups of the example's project, by name. */
export async function idsByName(
  emulator: Emulator,
  kind: 'ports' | 'securityGroups',
): Promise<Map<string, string>> {
  const { body } = await call(
    emulator,
    'GET',
    (kind === 'ports' ? paths.ports : paths.securityGroups)(EXAMPLE.project),
  )
  const items: { name: string; id: string }[] = body[kind === 'ports' ? 'ports' : 'security_groups']
  return new Map(items.map(({ name, id }) => [name, id]))
}
