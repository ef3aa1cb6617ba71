import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { EXAMPLE, call, insert, listNow, remove } from '../../stage/emulator.ts'
import { paths } from '../../../src/vpc/paths.ts'
import type { Emulator } from '../../../src/emulator/server.ts'

// The emulator as `npm start` runs it: built, in a process that can be killed.
const root = fileURLToPath(new URL('../../../', import.meta.url))
const program = join(root, 'dist/server/emulator.js')
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portside-emulator-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Running = Emulator & { process: ChildProcess }

function run(...flags: string[]): ChildProcess {
  return runWith({}, ...flags)
}

function runWith(environment: Record<string, string>, ...flags: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function start(...flags: string[]): Promise<Running> {
  const child = run('--listen-port', '0', ...flags)
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const [line] = (await once(lines, 'line')) as [string]
  const address = /^emulator listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1] ?? line
  return { address, process: child, close: async () => void child.kill('SIGKILL') }
}

async function ended(child: ChildProcess): Promise<{ code: number | null; errors: string }> {
  let errors = ''
  child.stderr?.on('data', (text) => (errors += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, errors }
}

const [A, B] = EXAMPLE.groups
const [X, Y] = EXAMPLE.inserted

test('kill -9 in the middle of changes keeps every change that had a response', async () => {
  const data = join(folder, 'killed')
  let confirmed = [A, B] as string[]
  for (let round = 0; round < 3; round++) {
    const emulator = await start('--data', data)
    expect(await listNow(emulator)).toEqual(confirmed)
    const died = once(emulator.process, 'exit')
    // Changes follow each other without pause; the kill comes while one is under way.
    let unconfirmed: string[] | undefined
    for (let count = 0; ; count++) {
      if (count === 20) emulator.process.kill('SIGKILL')
      const on = confirmed.includes(X)
      const next = on ? confirmed.filter((id) => id !== X) : [X, ...confirmed]
      const change = on ? remove : insert
      const body = { port: on ? { security_groups: [X] } : { security_groups: [X], index: 0 } }
      const response = await change(emulator, body).catch(() => undefined)
      if (!response) {
        unconfirmed = next
        break
      }
      expect(response.status).toBe(200)
      confirmed = next
    }
    await died
    const again = await start('--data', data)
    const found = await listNow(again)
    expect([confirmed, unconfirmed]).toContainEqual(found)
    confirmed = found
    again.process.kill('SIGKILL')
    await once(again.process, 'exit')
  }
})

test('drop_after has its change on disk before the connection is gone', async () => {
  const data = join(folder, 'dropped')
  const emulator = await start('--data', data)
  await call(emulator, 'POST', '/_emulator/faults', {
    faults: [{ kind: 'drop_after', match: { method: 'PUT' } }],
  })
  await expect(insert(emulator, { port: { security_groups: [Y] } })).rejects.toThrow()
  emulator.process.kill('SIGKILL')
  await once(emulator.process, 'exit')
  expect(await listNow(await start('--data', data))).toEqual([A, B, Y])
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s finishes the call under way, then ends with 0',
  async (signal) => {
    const faults = join(folder, 'faults.json')
    writeFileSync(faults, JSON.stringify({ faults: [{ kind: 'delay_answer', milliseconds: 600_000 }] }))
    const emulator = await start('--faults', faults)
    const end = ended(emulator.process)
    const response = insert(emulator, { port: { security_groups: [X] } })
    await expect
      .poll(async () => (await call(emulator, 'GET', '/_emulator/faults')).body.faults[0].struck)
      .toBe(1)
    emulator.process.kill(signal)
    expect((await response).status).toBe(200)
    expect(await end).toEqual({ code: 0, errors: '' })
  },
)

test('a connection without a request does not hold up the end', async () => {
  const emulator = await start()
  const end = ended(emulator.process)
  const { hostname, port } = new URL(emulator.address)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  // The response to another call says that the emulator has taken the connection, too.
  await listNow(emulator)
  const closed = once(socket, 'close')
  socket.resume()
  emulator.process.kill('SIGTERM')
  await closed
  expect(await end).toEqual({ code: 0, errors: '' })
})

test('--ports and --groups make it large, --access-key closes it', async () => {
  const emulator = await start(
    '--ports',
    '3000',
    '--groups',
    '300',
    '--access-key',
    'AK',
    '--secret-key',
    'SK',
  )
  const { status, body } = await call(emulator, 'GET', `/v3/${EXAMPLE.project}/ports`)
  expect([status, body.error_code]).toEqual([401, 'APIGW.0301'])
  const open = await start('--ports', '3000', '--groups', '300')
  const page = await call(open, 'GET', `/v3/${EXAMPLE.project}/ports`)
  expect(page.body.page_info).toMatchObject({ current_count: 2000, next_marker: expect.any(String) })
})

test('--region no-v3-port-reads: only the v3 port reads are missing', async () => {
  const emulator = await start('--region', 'no-v3-port-reads')
  const responseTo = async (path: string) => {
    const { status, body } = await call(emulator, 'GET', path)
    return [status, body.error_code]
  }
  const { project, port } = EXAMPLE
  for (const path of [paths.ports(project), paths.port(project, port)]) {
    expect(await responseTo(path)).toEqual([404, 'APIGW.0101'])
    expect(await responseTo(path.replace('/v3/', '/v1/'))).toEqual([200, undefined])
    expect(await responseTo(`/_emulator${path}`)).toEqual([200, undefined])
  }
  expect(await responseTo(paths.securityGroups(project))).toEqual([200, undefined])
  expect((await insert(emulator, { port: { security_groups: [X] } })).status).toBe(200)
})

test('--no-such-api chooses the refusal, --calls the quota', async () => {
  const emulator = await start('--region', 'v1-only', '--no-such-api', 'APIG.0101', '--calls', '2/5m')
  const { project } = EXAMPLE
  const missing = await call(emulator, 'GET', paths.ports(project))
  expect([missing.status, missing.body.error_code]).toEqual([404, 'APIG.0101'])
  const statuses: number[] = []
  for (let count = 0; count < 3; count++)
    statuses.push((await call(emulator, 'GET', `/v1/${project}/ports?limit=1`)).status)
  expect(statuses).toEqual([200, 200, 429])
})

test.each([
  [['--port', '1'], '--port'],
  [['--listen-port', 'x'], '--listen-port must be a whole number'],
  [['--listen-port', '70000'], '--listen-port must be a whole number'],
  [['--ports', '3'], '--ports must be a whole number from'],
  [['--groups', '1e3'], '--groups must be a whole number from'],
  [['--seed', '-1'], '--seed'],
  [['--groups-per-port', '201'], '--groups-per-port must be a whole number from 1 to 200'],
  [['--data', '/dev/null/x'], '/dev/null/x'],
  [['--data='], '--data must name a folder'],
  [['--region', 'v1-only,mars'], '--region knows no "mars"; the names are'],
  [['--no-such-api', '500'], '--no-such-api must be APIGW.0101 or'],
  [['--calls', '90'], '--calls must be a number of calls and a time'],
  [['--faults', '/nowhere.json'], '--faults /nowhere.json'],
  [['--access-key', 'AK'], '--secret-key'],
  [['extra'], 'extra'],
])('wrong flags %j end in one clear line and exit 2', async (flags, says) => {
  const { code, errors } = await ended(run(...flags))
  expect(errors).toContain(says)
  expect(errors).toMatch(/^emulator: [^\n]+\n$/)
  expect(code).toBe(2)
})

test('a taken port or folder ends in one line, and the folder is left alone', async () => {
  const data = join(folder, 'shared')
  const first = await start('--data', data)
  // As if the first one were just writing a line.
  const journal = join(data, 'changes.jsonl')
  appendFileSync(journal, '{"project_id":')
  const port = new URL(first.address).port
  for (const [flags, says] of [
    [['--listen-port', port], /^emulator: the port is taken: name another with --listen-port[^\n]+\n$/],
    [['--listen-port', port, '--data', data], /^emulator: [^\n]+ is in use by another emulator[^\n]+\n$/],
    [['--listen-port', '0', '--data', data], /^emulator: [^\n]+ is in use by another emulator[^\n]+\n$/],
  ] as const)
    expect(await ended(run(...flags))).toEqual({ code: 2, errors: expect.stringMatching(says) })
  expect(readFileSync(journal, 'utf8')).toBe('{"project_id":')
})

test('a taken port of PORTSIDE_EMULATOR_PORT is refused by that name', async () => {
  const first = await start()
  const taken = await ended(runWith({ PORTSIDE_EMULATOR_PORT: new URL(first.address).port }))
  expect(taken).toEqual({
    code: 2,
    errors: 'emulator: the port is taken: name another with PORTSIDE_EMULATOR_PORT, or 0 for any free one\n',
  })
  const { errors } = await ended(runWith({ PORTSIDE_EMULATOR_PORT: '80x' }))
  expect(errors).toMatch(/^emulator: PORTSIDE_EMULATOR_PORT must be a whole number from 0 to 65535/)
})

test('a system that can not lock files ends in one line', async () => {
  // As on Alpine: the package is there, but its build can't be loaded.
  const withoutBuilds = encodeURIComponent(
    "import Module from 'node:module'; Module._extensions['.node'] = () => { throw new Error('no build') }",
  )
  const child = runWith(
    { NODE_OPTIONS: `--import=data:text/javascript,${withoutBuilds}` },
    ...['--listen-port', '0', '--data', join(folder, 'no-locks')],
  )
  const { code, errors } = await ended(child)
  expect(code).toBe(2)
  expect(errors).toMatch(/^emulator: --data can't be locked: .*musl\. .*\n$/)
})
