import { VpcRegion } from '@huaweicloud/huaweicloud-sdk-vpc/v3/VpcRegion.js'
import { describe, expect, test } from 'vitest'
import { ConfigError, groupsPerPort, readConfig } from './config.ts'

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
    keepReadsSeconds: 60,
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

test('a project may have a limit of groups on a port of its own, from 1 to 200', () => {
  const read = (groups_per_port: unknown) =>
    readConfig({ ...REAL, PORTSIDE_PROJECTS: JSON.stringify([{ project_id: 'abc', groups_per_port }]) })
  expect(groupsPerPort(read(1).projects, 'abc')).toBe(1)
  expect(groupsPerPort(read(200).projects, 'abc')).toBe(200)
  expect(groupsPerPort(readConfig(REAL).projects, 'abc')).toBe(100)
  for (const wrong of [0, 201, 1.5, '100', null])
    expect(() => read(wrong), String(wrong)).toThrow(/PORTSIDE_PROJECTS .*groups_per_port \(1 to 200\)/)
})

/** A project with these fields in PORTSIDE_PROJECTS. */
const projectWith = (more: object) =>
  readConfig({ ...REAL, PORTSIDE_PROJECTS: JSON.stringify([{ project_id: 'abc', ...more }]) }).projects[0]

test('a project may have an enterprise project, and what its endpoint offers', () => {
  const offers = { ports: 'v1', rules: 'v2.0', steps: false, update: 'none', address_groups: true } as const
  expect(projectWith({ enterprise_project_id: 'all_granted_eps', offers })).toMatchObject({
    enterprise_project_id: 'all_granted_eps',
    offers,
  })
  expect(projectWith({ enterprise_project_id: '0' })).toMatchObject({ enterprise_project_id: '0' })
  for (const wrong of [
    { enterprise_project_id: 'all' },
    { enterprise_project_id: 0 },
    { offers: { ports: 'v2' } },
    { offers: { steps: 'no' } },
    { offers: { port: 'v1' } },
  ])
    expect(() => projectWith(wrong), JSON.stringify(wrong)).toThrow(
      /PORTSIDE_PROJECTS .*offers}, each project once/,
    )
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

test('a region alone is reached at the endpoint that the official SDK knows', () => {
  const regions = Object.values(VpcRegion).filter((one) => typeof one === 'object' && 'endpoints' in one)
  expect(regions.length).toBeGreaterThan(20)
  const { projects } = readConfig({
    PORTSIDE_PROJECTS: JSON.stringify(
      regions.map(({ id }, at) => ({ project_id: `p${at}`, name: id, region: id })),
    ),
  })
  expect(projects.map(({ region, endpoint }) => [region, endpoint])).toEqual(
    regions.map(({ id, endpoints }) => [id, endpoints[0]]),
  )
})

const inRegions = (...regions: string[]) =>
  JSON.stringify(regions.map((region, at) => ({ project_id: `p${at}`, region })))

test('the upstream’s own region is the upstream; a label for one needs an endpoint', () => {
  const config = readConfig({ ...REAL, PORTSIDE_PROJECTS: inRegions('eu-west-101', 'af-south-1') })
  expect(config.projects.map(({ endpoint }) => endpoint)).toEqual([
    REAL.PORTSIDE_UPSTREAM,
    'https://vpc.af-south-1.myhuaweicloud.com',
  ])
  expect(refusal({ ...REAL, PORTSIDE_PROJECTS: inRegions('Dublin') })).toBe(
    `PORTSIDE_PROJECTS has project p0 with region "Dublin", which is no region's ID such as ap-southeast-1: set its endpoint too.`,
  )
})

test('the HTTP proxy of each endpoint: its own first, never for NO_PROXY or loopback', () => {
  const endpoints = [
    'https://vpc.one.test',
    'http://vpc.two.test',
    'https://deep.vpc.one.test:8443',
    'http://[::1]:1',
  ]
  const projects = JSON.stringify(endpoints.map((endpoint, at) => ({ project_id: `p${at}`, endpoint })))
  const proxies = (environment: Record<string, string>) => {
    const { outboundProxies } = readConfig({ PORTSIDE_PROJECTS: projects, ...environment })
    return endpoints.map((endpoint) => outboundProxies?.get(endpoint)?.host ?? '-')
  }
  const set = { PORTSIDE_UPSTREAM_PROXY: 'http://a:b@own:3128' }
  expect(proxies({})).toEqual(['-', '-', '-', '-'])
  expect(proxies(set)).toEqual(['own:3128', 'own:3128', 'own:3128', '-'])
  expect(proxies({ HTTPS_PROXY: 'tls:1', http_proxy: 'http://plain' })).toEqual([
    'tls:1',
    'plain',
    'tls:1',
    '-',
  ])
  expect(proxies({ ...set, HTTPS_PROXY: 'nonsense://' })).toEqual(proxies(set))
  expect(proxies({ ...set, NO_PROXY: '.one.test' })).toEqual(['-', 'own:3128', '-', '-'])
  expect(proxies({ ...set, NO_PROXY: 'one.test:8443, other' })).toEqual(['own:3128', 'own:3128', '-', '-'])
  expect(proxies({ ...set, no_proxy: '*', NO_PROXY: '' })).toEqual(['-', '-', '-', '-'])
  expect(proxies({ ...set, NO_PROXY: 'ne.test' })).toEqual(proxies(set))
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
    ['PORTSIDE_PROJECTS', 'a/b=Web', 'project_id=name'],
    ['PORTSIDE_PROJECTS', '[{"project_id":"abc"}', 'a JSON array'],
    ['PORTSIDE_PROJECTS', '[{"projectId":"abc"}]', 'a JSON array'],
    ['PORTSIDE_PROJECTS', '[]', 'a JSON array'],
    ['PORTSIDE_EMULATOR', 'yes', 'true or false'],
    ['PORTSIDE_UPSTREAM_TIMEOUT_MS', '15s', 'a whole number of milliseconds'],
    ['PORTSIDE_MAX_CONNECTIONS', '3', 'a whole number of connections from 4'],
    ['PORTSIDE_METRICS_NAMES', 'metrics.internal:9464', 'host names without a port'],
    ['PORTSIDE_READ_RETRIES', '11', 'a whole number from 0 to 10'],
    ['PORTSIDE_LOG_LEVEL', 'loud', 'one of trace, debug'],
  ])('%s=%s', (name, value, says) => {
    const message = refusal({ [name]: value })
    expect(message).toMatch(new RegExp(`^${name} is ".*": it must be .*\\.$`))
    expect(message).toContain(says)
    expect(message).not.toContain('\n')
  })

  test.each([
    [{ PORTSIDE_UPSTREAM: REAL.PORTSIDE_UPSTREAM }, /^PORTSIDE_PROJECTS is not set.*set it to the projects/],
    [{ PORTSIDE_LISTEN_HOST: '0.0.0.0' }, /^PORTSIDE_PUBLIC_ORIGIN is not set.*set it to the origin/],
    [
      { PORTSIDE_PROJECTS: 'abc=Web,abc=Other' },
      /project abc is in it twice\. A project belongs to one region/,
    ],
    [
      { ...REAL, PORTSIDE_PROJECTS: '[{"project_id":"abc","credentials":"b"}]' },
      /^PORTSIDE_CREDENTIALS_FILE is not set, and project abc has credentials "b": set it/,
    ],
    [
      { PORTSIDE_CREDENTIALS_FILE: '/x', HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'SK' },
      /^PORTSIDE_CREDENTIALS_FILE .*set one of the two/,
    ],
    [
      { PORTSIDE_CREDENTIALS_FILE: '/x', PORTSIDE_AUTH_TOKEN: 'T' },
      /^PORTSIDE_CREDENTIALS_FILE .*one of the two/,
    ],
    [{ PORTSIDE_UPSTREAM_CA_FILE: '/nowhere.pem' }, /^PORTSIDE_UPSTREAM_CA_FILE .*can't be read \(ENOENT\)/],
    [{ PORTSIDE_UPSTREAM_CA_FILE: 'package.json' }, /^PORTSIDE_UPSTREAM_CA_FILE .*it has no certificate/],
    [
      { ...REAL, PORTSIDE_UPSTREAM_PROXY: 'socks5://u:top-secret@p' },
      /^PORTSIDE_UPSTREAM_PROXY can't be used/,
    ],
    [{ ...REAL, HTTPS_PROXY: 'http://u:top-secret@p/path' }, /^HTTPS_PROXY can't be used/],
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
  ])('%o', (environment, says) => {
    const message = refusal(environment as Record<string, string>)
    expect(message).toMatch(says)
    expect(message).not.toMatch(/\n|top-secret/)
  })

  test.each([
    { PORTSIDE_UPSTREAM: 'https://user:top-secret@vpc.example.com' },
    { PORTSIDE_UPSTREAM: 'https://user:top-/secret@vpc.example.com/v3' },
    { PORTSIDE_UPSTREAM: 'user:top-secret@vpc.example.com' },
    { PORTSIDE_UPSTREAM: 'https://user:top-secret%40vpc.example.com' },
    { PORTSIDE_UPSTREAM: 'https://vpc.example.com/?key=top-secret' },
    { PORTSIDE_PUBLIC_ORIGIN: 'https://user:top-secret@portside.example.com' },
    { PORTSIDE_PROJECTS: '[{"project_id":"abc","endpoint":"https://u:top-secret@vpc.example.com"}]' },
    { ...REAL, PORTSIDE_PROJECTS: '[{"project_id":"abc","region":"https://u:top-secret@vpc.example.com"}]' },
    { ...REAL, PORTSIDE_UPSTREAM_PROXY: 'ftp://user:top-secret@proxy.example.com' },
    { DATABASE_URL: 'mysql://user:top-secret@db.example.com/portside' },
    { DATABASE_URL: 'postgres://user:top-#secret@db.example.com:abc/portside' },
    { DATABASE_OWNER_URL: 'mysql://user:top-secret@db.example.com/portside' },
    { PORTSIDE_OIDC_ISSUER: 'https://user:top-secret@login.example.com' },
    { PORTSIDE_OIDC_ISSUER: 'https://:top-secret@login.example.com' },
    { PORTSIDE_METRICS_LISTEN: 'http://user:top-secret@127.0.0.1:9464' },
    { PORTSIDE_LISTEN_HOST: 'user:top-secret@127.0.0.1' },
  ] as Record<string, string>[])('but never repeats a password in an address: %o', (environment) => {
    const message = refusal(environment)
    expect(message).toContain(Object.keys(environment).at(-1))
    expect(message).not.toMatch(/top-|secret/)
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
