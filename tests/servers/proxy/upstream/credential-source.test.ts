import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../../../src/proxy/config.ts'
import type { TestedProxy } from '../../../stage/proxy.ts'
import {
  json,
  startScriptedPlatform,
  type ScriptedResponse,
  type ScriptedPlatform,
} from '../../../stage/scripted-platform.ts'
import { openCredentials } from '../../../../src/proxy/upstream/credential-source.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const LAB = '0d2c6a1f4b7e4f5e9a38c5d1e7b60f42'
const PORT = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
const GROUP = '8edd3747-ccd4-49a1-82b9-a165eec314b4'
const PORTS_OF = (project: string) => `/api/v3/${project}/ports/${PORT}`
const good = json(200, { port: { id: PORT, security_groups: [GROUP] } })

const key = (nth: number) => ({ access_key: `ACCESSKEY${nth}`, secret_key: `a-very-secret-key-${nth}` })

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-credentials-'))
  file = join(folder, 'credentials.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Replaces the file with a new one, as an editor does. */
async function replace(content: unknown) {
  await writeFile(`${file}.new`, JSON.stringify(content), { mode: 0o600 })
  await rename(`${file}.new`, file)
}

/** A platform that takes one access key only. */
const accepts =
  (nth: number): ScriptedResponse =>
  (response, request) =>
    (request.headers.authorization?.includes(`ACCESSKEY${nth},`)
      ? good
      : json(401, { error_code: 'APIGW.0301', error_msg: 'no', request_id: 'r' }))(response, request)

/** Why a proxy does not start with the file. */
const refusal = (environment: Record<string, string> = {}) => {
  const config = readConfig({ PORTSIDE_CREDENTIALS_FILE: file, ...environment })
  try {
    openCredentials(config, pino({ level: 'silent' })).close()
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('the file was accepted')
}

describe('at the start', () => {
  const SECRET = 'do-not-show-this'

  test.each<[string, string, string]>([
    ['empty', '', 'it is empty'],
    ['half-written', `{"default": {"access_key": "${SECRET}", "sec`, 'it is not JSON'],
    ['a list', `["${SECRET}"]`, 'it is not an object of named credentials'],
    ['without a default', JSON.stringify({ team: key(1) }), 'it has no entry "default"'],
    [
      'a key without its secret',
      `{"default": {"access_key": "${SECRET}"}}`,
      'its entry "default" has neither',
    ],
    [
      'a name nobody knows',
      `{"default": {"auth_token": "${SECRET}", "${SECRET}": 1}}`,
      'its entry "default"',
    ],
    ['a secret with a line break', `{"default": {"auth_token": "${SECRET}\\n"}}`, 'its entry "default"'],
    ['secrets in the wrong place', `{"${SECRET}": "${SECRET}"}`, 'an entry that no project names'],
    ['key and token', JSON.stringify({ default: { ...key(1), auth_token: SECRET } }), 'its entry "default"'],
  ])('%s is refused in one line that says why, and shows nothing of it', async (_, content, says) => {
    await writeFile(file, content)
    const message = refusal()
    expect(message).toMatch(/^PORTSIDE_CREDENTIALS_FILE .*can't be used: .*It must be .*\.$/)
    expect(message).toContain(says)
    expect(message).not.toContain(SECRET)
    expect(message).not.toContain('\n')
  })

  test('a file that is not there, and a folder in its place', async () => {
    expect(refusal()).toContain('there is no such file')
    await mkdir(file)
    expect(refusal()).toContain('it is not a file')
  })

  test('credentials that a project names must be there', async () => {
    await replace({ default: key(1) })
    const projects = JSON.stringify([{ project_id: 'abc', credentials: 'team-b' }])
    expect(refusal({ PORTSIDE_PROJECTS: projects })).toContain(
      'no entry "team-b", which PORTSIDE_PROJECTS names',
    )
  })

  test('a token is not carried over the network unencrypted', async () => {
    await replace({ default: { auth_token: SECRET } })
    const environment = { PORTSIDE_UPSTREAM: 'http://vpc.example.com', PORTSIDE_PROJECTS: 'abc' }
    expect(refusal(environment)).toContain('http://vpc.example.com would carry over the network unencrypted')
  })
})

describe('while the proxy runs', () => {
  let platform: ScriptedPlatform
  let proxy: TestedProxy
  beforeEach(async () => {
    await replace({ default: key(1), lab: key(101) })
    platform = await startScriptedPlatform({
      PORTSIDE_CREDENTIALS_FILE: file,
      PORTSIDE_PROJECTS: JSON.stringify([{ project_id: PROJECT }, { project_id: LAB, credentials: 'lab' }]),
    })
    proxy = platform.proxy
    platform.responses = [good]
  })
  afterEach(() => platform.close())

  /** The access keys with which the calls were signed, oldest first. */
  const usedKeys = () =>
    platform.calls.map(({ headers }) => /Access=ACCESSKEY(\d+)/.exec(headers.authorization ?? '')?.[1])
  test('each project is signed with its own', async () => {
    await proxy.call(PORTS_OF(PROJECT))
    await proxy.call(PORTS_OF(LAB))
    expect(usedKeys()).toEqual(['1', '101'])
    const { projects } = await (await proxy.call('/api/session')).json()
    expect(projects[1]).not.toHaveProperty('credentials')
  })

  test.each<[string, () => Promise<void>]>([
    ['replaced as editors do', () => replace({ default: key(2), lab: key(101) })],
    ['written in place', () => writeFile(file, JSON.stringify({ default: key(2), lab: key(101) }))],
  ])('a file %s counts without a restart', async (_, change) => {
    await change()
    await expect
      .poll(
        async () => {
          await proxy.call(PORTS_OF(PROJECT))
          return usedKeys().at(-1)
        },
        { timeout: 20_000, interval: 200 },
      )
      .toBe('2')
  })

  test('a read that is refused for its credentials is made once more with new ones', async () => {
    platform.responses = [accepts(2)]
    await replace({ default: key(2), lab: key(101) })
    expect((await proxy.call(PORTS_OF(PROJECT))).status).toBe(200)
    expect(usedKeys().at(-1)).toBe('2')
    expect(usedKeys().length).toBeLessThanOrEqual(2)
  })

  test('with the same credentials as before it is not made again', async () => {
    platform.responses = [accepts(3)]
    await replace({ lab: key(2), default: key(1) })
    const response = await proxy.call(PORTS_OF(PROJECT))
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error_code: 'APIGW.0301', request_id: 'r' })
    expect(usedKeys()).toEqual(['1'])
  })

  test('a change is never sent twice, but the next one has the new credentials', async () => {
    const dryRun = {
      method: 'PUT',
      json: { port: { security_groups: [GROUP] }, dry_run: true },
    }
    platform.responses = [json(401, { error_code: 'APIGW.0301', error_msg: 'no' }), json(202, {})]
    const path = `${PORTS_OF(PROJECT)}/insert-security-groups`
    await replace({ default: key(2), lab: key(101) })
    expect((await proxy.call(path, dryRun)).status).toBe(401)
    expect(platform.calls).toHaveLength(1)
    await proxy.call(path, dryRun)
    expect(usedKeys().at(-1)).toBe('2')
  })
})

test('a mounted secret of Kubernetes, replaced through its links', async () => {
  const at = async (version: string, content: unknown) => {
    await mkdir(join(folder, version))
    await writeFile(join(folder, version, 'credentials.json'), JSON.stringify(content))
    await symlink(version, join(folder, '..data.new'))
    await rename(join(folder, '..data.new'), join(folder, '..data'))
  }
  await at('..1', { default: key(1) })
  await symlink('..data/credentials.json', file)
  const config = readConfig({ PORTSIDE_CREDENTIALS_FILE: file })
  const source = openCredentials(config, pino({ level: 'silent' }))
  expect(source.of(config.projects[0]!)).toMatchObject({ accessKey: 'ACCESSKEY1' })
  await at('..2', { default: key(2) })
  await rm(join(folder, '..1'), { recursive: true })
  await source.reread()
  expect(source.of(config.projects[0]!)).toMatchObject({ accessKey: 'ACCESSKEY2' })
  source.close()
})

test('a broken file keeps the last good credentials and is logged once, no secret', async () => {
  const lines: Record<string, unknown>[] = []
  const log = pino(
    { level: 'info' },
    new Writable({
      write(chunk, _, done) {
        lines.push(JSON.parse(String(chunk)))
        done()
      },
    }),
  )
  const logged = () => lines.splice(0).map(({ msg }) => msg)
  await replace({ default: key(1) })
  const config = readConfig({ PORTSIDE_CREDENTIALS_FILE: file })
  const source = openCredentials(config, log)
  const used = source.of(config.projects[0]!)
  expect(logged()).toEqual([])

  await writeFile(file, `{"default": {"access_key": "ACCESSKEY2", "secret_key": "a-very`)
  await source.reread()
  await source.reread()
  expect(logged()).toEqual([`the credentials file can't be used, the last good ones stay: it is not JSON`])
  await rm(file)
  await source.reread()
  expect(logged()).toEqual([
    `the credentials file can't be used, the last good ones stay: there is no such file`,
  ])
  expect(source.of(config.projects[0]!)).toBe(used)

  await replace({ default: key(1) })
  await chmod(file, 0o644)
  await source.reread()
  // The same credentials stay the same object: no read is tried again for them.
  expect(source.of(config.projects[0]!)).toBe(used)
  expect(logged()).toEqual([
    'the credentials file can be read or changed by other users: chmod 600 it',
    'credentials read anew',
  ])
  await replace({ default: key(2) })
  await source.reread()
  expect(source.of(config.projects[0]!)).toMatchObject({ accessKey: 'ACCESSKEY2' })
  expect(JSON.stringify(lines)).not.toMatch(/a-very|ACCESSKEY/)
  source.close()
})
