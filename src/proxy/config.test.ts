import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

const REAL = { PORTSIDE_UPSTREAM: 'https://vpc.eu-west-101.myhuaweicloud.eu', PORTSIDE_PROJECTS: 'abc=Web' }

function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('the configuration was accepted')
}

test('without any variable it is the proxy of the emulator, on this machine only', () => {
  const config = readConfig({})
  expect(config).toMatchObject({
    listenHost: '127.0.0.1',
    listenPort: 8080,
    emulator: true,
    credentials: undefined,
    upstreamTimeoutMs: 15_000,
    readRetries: 3,
    logLevel: 'info',
    consoleFiles: 'dist/console',
  })
  expect(config.projects.map(({ project_id }) => project_id)).toContain('f5dab68cd75740e68c599e9af5fe0aed')
  expect(config.projects.every(({ endpoint }) => endpoint === 'http://127.0.0.1:8090')).toBe(true)
})

test('an empty variable counts as not set', () => {
  expect(readConfig({ PORTSIDE_LISTEN_PORT: '', PORTSIDE_PUBLIC_ORIGIN: ' ' })).toEqual(readConfig({}))
})

test('a real cloud: projects by name, the region from the endpoint', () => {
  const config = readConfig({ ...REAL, PORTSIDE_PROJECTS: 'abc=Web, one=two=three ,def' })
  const endpoint = REAL.PORTSIDE_UPSTREAM
  expect(config.emulator).toBe(false)
  expect(config.projects).toEqual([
    { project_id: 'abc', name: 'Web', region: 'eu-west-101', endpoint },
    { project_id: 'one', name: 'two=three', region: 'eu-west-101', endpoint },
    { project_id: 'def', name: 'def', region: 'eu-west-101', endpoint },
  ])
})

test('projects as JSON have endpoints and regions of their own', () => {
  const other = 'https://vpc.ap-southeast-1.myhuaweicloud.com'
  const config = readConfig({
    ...REAL,
    PORTSIDE_REGION: 'Dublin',
    PORTSIDE_PROJECTS: JSON.stringify([
      { project_id: 'abc', name: 'Web, new' },
      { project_id: 'def', endpoint: `${other}/` },
      { project_id: 'ghi', region: 'X', endpoint: other },
    ]),
  })
  expect(config.projects).toEqual([
    { project_id: 'abc', name: 'Web, new', region: 'Dublin', endpoint: REAL.PORTSIDE_UPSTREAM },
    { project_id: 'def', name: 'def', region: 'ap-southeast-1', endpoint: other },
    { project_id: 'ghi', name: 'ghi', region: 'X', endpoint: other },
  ])
})

test('an access key, a temporary one, or a token', () => {
  const keys = { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'SK' }
  expect(readConfig(keys).credentials).toEqual({ kind: 'access_key', accessKey: 'AK', secretKey: 'SK' })
  expect(readConfig({ ...keys, HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T' }).credentials).toMatchObject({
    securityToken: 'T',
  })
  expect(readConfig({ PORTSIDE_AUTH_TOKEN: 'T' }).credentials).toEqual({ kind: 'auth_token', authToken: 'T' })
})

describe('a wrong value ends in one line that names the variable and says what to do', () => {
  test.each([
    ['PORTSIDE_LISTEN_HOST', 'not a host', 'a host name or an IP address'],
    ['PORTSIDE_LISTEN_PORT', 'abc', 'a whole number from 0 to 65535'],
    ['PORTSIDE_LISTEN_PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORTSIDE_LISTEN_PORT', '-1', 'a whole number from 0 to 65535'],
    ['PORTSIDE_PUBLIC_ORIGIN', 'portside.example.com', 'the origin that browsers use'],
    ['PORTSIDE_UPSTREAM', 'https://vpc.example.com/v3', 'without a path'],
    ['PORTSIDE_UPSTREAM', 'ftp://vpc.example.com', 'the origin of the VPC API'],
    ['PORTSIDE_UPSTREAM', 'https://user:pass@vpc.example.com', 'the origin of the VPC API'],
    ['PORTSIDE_PROJECTS', 'a/b=Web', 'project_id=name'],
    ['PORTSIDE_PROJECTS', 'abc=Web,abc=Other', 'each project once'],
    ['PORTSIDE_PROJECTS', '[{"project_id":"abc"}', 'a JSON array'],
    ['PORTSIDE_PROJECTS', '[{"projectId":"abc"}]', 'a JSON array'],
    ['PORTSIDE_PROJECTS', '[]', 'a JSON array'],
    ['PORTSIDE_EMULATOR', 'yes', 'true or false'],
    ['PORTSIDE_UPSTREAM_TIMEOUT_MS', '15s', 'a whole number of milliseconds'],
    ['PORTSIDE_READ_RETRIES', '11', 'a whole number from 0 to 10'],
    ['PORTSIDE_LOG_LEVEL', 'loud', 'one of trace, debug'],
  ])('%s=%s', (name, value, told) => {
    const message = refusal({ [name]: value })
    expect(message).toMatch(new RegExp(`^${name} is ".*": it must be .*\\.$`))
    expect(message).toContain(told)
    expect(message).not.toContain('\n')
  })

  test.each([
    [{ PORTSIDE_UPSTREAM: REAL.PORTSIDE_UPSTREAM }, /^PORTSIDE_PROJECTS is not set.*set it to the projects/],
    [{ PORTSIDE_LISTEN_HOST: '0.0.0.0' }, /^PORTSIDE_PUBLIC_ORIGIN is not set.*set it to the origin/],
    [{ HUAWEICLOUD_SDK_AK: 'AK' }, /^HUAWEICLOUD_SDK_SK is not set: set it/],
    [{ HUAWEICLOUD_SDK_SK: 'SK' }, /^HUAWEICLOUD_SDK_AK is not set: set it/],
    [{ HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T' }, /^HUAWEICLOUD_SDK_SECURITY_TOKEN is set without a key/],
    [
      { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'SK', PORTSIDE_AUTH_TOKEN: 'T' },
      /^PORTSIDE_AUTH_TOKEN .*set one of the two/,
    ],
    [
      { PORTSIDE_UPSTREAM: 'http://cloud.example.com', PORTSIDE_PROJECTS: 'abc', PORTSIDE_AUTH_TOKEN: 'T' },
      /^PORTSIDE_UPSTREAM .*unencrypted: set it to an https address/,
    ],
  ])('%o', (environment, told) => {
    expect(refusal(environment as Record<string, string>)).toMatch(told)
  })

  test('but never repeats a secret', () => {
    for (const name of [
      'HUAWEICLOUD_SDK_SK',
      'HUAWEICLOUD_SDK_AK',
      'PORTSIDE_AUTH_TOKEN',
      'PORTSIDE_SESSION_SECRET',
    ]) {
      const message = refusal({ [name]: 'top secret' })
      expect(message).toContain(name)
      expect(message).not.toContain('top secret')
    }
  })
})
