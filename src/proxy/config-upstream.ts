import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Offers } from '../vpc/offers.ts'
import { DEFAULT_GROUPS_PER_PORT } from '../vpc/port.ts'
import { ConfigError, shown, type Variables } from './config-variables.ts'
import { isLoopback } from './listen-names.ts'
import type { Credentials } from './upstream/credentials.ts'

/**
 * A project that can be chosen in the console, and the endpoint (an origin) that gets its
 * requests.
 */
export type ProxyProject = {
  project_id: string
  name: string
  region: string
  endpoint: string
  /** Its entry in the credentials file; undefined: the default entry. */
  credentials?: string | undefined
  /** At most this many security groups on one port; DEFAULT_GROUPS_PER_PORT, unless given. */
  groups_per_port?: number | undefined
  /** The enterprise project, or `all_granted_eps`, that lists are asked for. */
  enterprise_project_id?: string | undefined
  /** What of the endpoint's offers is set, and so not found out. */
  offers?: Offers | undefined
}

/** How many security groups a port of the project takes. */
export function groupsPerPort(projects: readonly ProxyProject[], id: string): number {
  return projects.find(({ project_id }) => project_id === id)?.groups_per_port ?? DEFAULT_GROUPS_PER_PORT
}

/** The emulator's two projects; the first is that of the documented example. */
const EMULATOR_PROJECTS = [
  { project_id: 'f5dab68cd75740e68c599e9af5fe0aed', name: 'production' },
  { project_id: '0d2c6a1f4b7e4f5e9a38c5d1e7b60f42', name: 'lab' },
]

/** True when the project's requests leave this machine unencrypted. */
export function openEndpoint({ endpoint }: Pick<ProxyProject, 'endpoint'>): boolean {
  const { protocol, hostname } = new URL(endpoint)
  return protocol === 'http:' && !isLoopback(hostname)
}

/**
 * The projects to offer, each with its region and endpoint.
 * @throws ConfigError
 */
export function readProjects(env: Variables): ProxyProject[] {
  const upstream = env.PORTSIDE_UPSTREAM
  if (!env.PORTSIDE_PROJECTS && !isLoopback(new URL(upstream).hostname))
    throw new ConfigError(
      `PORTSIDE_PROJECTS is not set, and ${upstream} is not the emulator: set it to the projects to offer, as project_id=name,...`,
    )
  const upstreamRegion = env.PORTSIDE_REGION ?? regionOf(upstream)
  const projects: Partial<ProxyProject>[] = env.PORTSIDE_PROJECTS ?? EMULATOR_PROJECTS
  return projects.map((project) => {
    const { project_id = '', name = project_id, credentials, groups_per_port } = project
    const { enterprise_project_id, offers } = project
    if (credentials !== undefined && !env.PORTSIDE_CREDENTIALS_FILE)
      throw new ConfigError(
        `PORTSIDE_CREDENTIALS_FILE is not set, and project ${project_id} has credentials ${JSON.stringify(credentials)}: set it to the file that has them.`,
      )
    const region = project.region ?? (project.endpoint ? regionOf(project.endpoint) : upstreamRegion)
    const endpoint =
      project.endpoint ?? (region === upstreamRegion ? upstream : endpointOf(region, project_id))
    return {
      project_id,
      name,
      region,
      endpoint,
      ...(credentials !== undefined && { credentials }),
      ...(groups_per_port !== undefined && { groups_per_port }),
      ...(enterprise_project_id !== undefined && { enterprise_project_id }),
      ...(offers !== undefined && { offers }),
    }
  })
}

const REGION = '[a-z]+(?:-[a-z0-9]+)+'

/**
 * The region in an endpoint's host name (`vpc.eu-west-101.myhuaweicloud.eu`), else the host name.
 */
function regionOf(endpoint: string): string {
  const { hostname } = new URL(endpoint)
  if (isLoopback(hostname)) return 'local'
  return new RegExp(`^vpc\\.(${REGION})\\.`).exec(hostname)?.[1] ?? hostname
}

/** The VPC endpoint of a region, as the official SDK's table of regions has it. */
function endpointOf(region: string, projectId: string): string {
  if (!new RegExp(`^${REGION}$`).test(region))
    throw new ConfigError(
      `PORTSIDE_PROJECTS has project ${projectId} with region ${shown(region)}, which is no region's ID such as ap-southeast-1: set its endpoint too.`,
    )
  return `https://vpc.${region}.myhuaweicloud.com`
}

/**
 * The credentials of the environment, for all projects.
 * @throws ConfigError when they are incomplete, or there are several
 */
export function readCredentials(env: Variables): Credentials | undefined {
  const accessKey = env.HUAWEICLOUD_SDK_AK
  const secretKey = env.HUAWEICLOUD_SDK_SK
  const securityToken = env.HUAWEICLOUD_SDK_SECURITY_TOKEN
  const authToken = env.PORTSIDE_AUTH_TOKEN
  const set = accessKey
    ? 'HUAWEICLOUD_SDK_AK'
    : secretKey
      ? 'HUAWEICLOUD_SDK_SK'
      : authToken
        ? 'PORTSIDE_AUTH_TOKEN'
        : ''
  if (env.PORTSIDE_CREDENTIALS_FILE && set)
    throw new ConfigError(
      `PORTSIDE_CREDENTIALS_FILE is set, and ${set} too: set one of the two, so that it is clear which one counts.`,
    )
  if (accessKey && secretKey) {
    if (authToken)
      throw new ConfigError(
        'PORTSIDE_AUTH_TOKEN is set, and HUAWEICLOUD_SDK_AK too: set one of the two, so that it is clear which one counts.',
      )
    return { kind: 'access_key', accessKey, secretKey, securityToken }
  }
  if (accessKey)
    throw new ConfigError('HUAWEICLOUD_SDK_SK is not set: set it to the secret of HUAWEICLOUD_SDK_AK.')
  if (secretKey)
    throw new ConfigError(
      'HUAWEICLOUD_SDK_AK is not set: set it to the key that HUAWEICLOUD_SDK_SK belongs to.',
    )
  if (securityToken)
    throw new ConfigError(
      'HUAWEICLOUD_SDK_SECURITY_TOKEN is set without a key: set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK to the temporary access key that it belongs to.',
    )
  return authToken ? { kind: 'auth_token', authToken } : undefined
}

/**
 * The certificates in a PEM file.
 * @throws ConfigError when there is none, or one can't be read
 */
export function readAuthorities(file: string | undefined): string[] | undefined {
  if (file === undefined) return undefined
  const refuse = (why: string): never => {
    throw new ConfigError(
      `PORTSIDE_UPSTREAM_CA_FILE ${file} can't be used: ${why}. It must be a PEM file with the certificates of the authorities to trust.`,
    )
  }
  let pem = ''
  try {
    pem = readFileSync(file, 'utf8')
  } catch (error) {
    refuse(`it can't be read (${(error as NodeJS.ErrnoException).code})`)
  }
  const certificates =
    pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? refuse('it has no certificate')
  for (const [at, one] of certificates.entries())
    try {
      void new X509Certificate(one)
    } catch {
      refuse(`its certificate ${at + 1} can't be read`)
    }
  return certificates
}

/**
 * The HTTP proxy of each endpoint that is reached through one: PORTSIDE_UPSTREAM_PROXY, else that
 * of the environment for its scheme. Never for this machine itself, nor for hosts in NO_PROXY.
 * @throws ConfigError when the address that counts can't be used. The message doesn't repeat it, as
 *   it may hold a password.
 */
export function readOutboundProxies(projects: readonly ProxyProject[], env: Variables): Map<string, URL> {
  const proxies = new Map<string, URL>()
  for (const { endpoint } of projects) {
    const url = new URL(endpoint)
    if (isLoopback(url.hostname) || isExempt(url, env.no_proxy ?? env.NO_PROXY ?? '')) continue
    const names =
      url.protocol === 'https:'
        ? (['https_proxy', 'HTTPS_PROXY'] as const)
        : (['http_proxy', 'HTTP_PROXY'] as const)
    const name = (['PORTSIDE_UPSTREAM_PROXY', ...names] as const).find((one) => env[one] !== undefined)
    if (name !== undefined) proxies.set(endpoint, proxyAddress(name, env[name]!))
  }
  return proxies
}

function proxyAddress(name: string, value: string): URL {
  const address = value.includes('://') ? value : `http://${value}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash)
    throw new ConfigError(
      `${name} can't be used: it must be the address of an HTTP proxy, such as http://proxy.example.com:3128 or http://user:password@proxy.example.com:3128.`,
    )
  return url
}

/** NO_PROXY as curl reads it: names with all names below them, with a port or without, or `*`. */
function isExempt({ protocol, hostname, port }: URL, list: string): boolean {
  const at = port || (protocol === 'https:' ? '443' : '80')
  return list.split(/[,\s]+/).some((one) => {
    const [, name = '', onlyPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(one.toLowerCase()) ?? []
    if (one === '*') return true
    if (name === '' || (onlyPort && onlyPort !== at)) return false
    return hostname === name || hostname.endsWith(`.${name}`)
  })
}
