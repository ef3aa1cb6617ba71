import { isIP } from 'node:net'
import * as z from 'zod'
import { refusedFields } from '../vpc/errors.ts'
import { projectId } from '../vpc/ids.ts'
import { offers } from '../vpc/offers.ts'
import { planPolicies } from '../vpc/plan-policies.ts'
import { MOST_GROUPS_PER_PORT } from '../vpc/port.ts'
import { guards } from '../vpc/traffic/guards.ts'

/**
 * A setting that can't be used; the message is one line that names the variable and says what to
 * do.
 */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const text = z.string()
// A header takes neither spaces nor line breaks, which a copied secret easily has.
const secret = text.regex(/^[\x21-\x7e]+$/)

function wholeNumber(from: number, to: number) {
  return text
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((value) => value >= from && value <= to)
}

const origin = text.transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  // A path, a query or a user would be ignored silently.
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin
  context.addIssue('not an origin')
  return z.NEVER
})

const project = z.strictObject({
  project_id: text.refine((id) => projectId.safeParse(id).success),
  name: text.min(1).optional(),
  region: text.min(1).optional(),
  endpoint: origin.optional(),
  credentials: text.min(1).optional(),
  groups_per_port: z.int().min(1).max(MOST_GROUPS_PER_PORT).optional(),
  // A UUID, 0 for the default one, or all that the key may see.
  enterprise_project_id: text
    .regex(/^(?:0|all_granted_eps|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i)
    .optional(),
  offers: z.optional(offers),
})

const projects = text
  .transform((value, context): unknown => {
    if (!value.trimStart().startsWith('['))
      return value.split(',').map((one) => {
        const [project_id = '', ...name] = one.split('=')
        return { project_id: project_id.trim(), name: name.join('=').trim() || undefined }
      })
    try {
      return JSON.parse(value)
    } catch {
      context.addIssue('not JSON')
      return z.NEVER
    }
  })
  .pipe(z.array(project).min(1))
  .superRefine((all, context) => {
    const ids = all.map(({ project_id }) => project_id)
    const twice = ids.find((id, at) => ids.indexOf(id) < at)
    if (twice === undefined) return
    // Requests, audit records and locks know a project by its ID alone.
    const message = `project ${twice} is in it twice. A project belongs to one region: name the project of the other region by its own ID`
    context.addIssue({ code: 'custom', message, params: { explained: true } })
  })

/** One value, or a JSON array of several: values from directories may have commas. */
const claimValues = text
  .transform((value, context): unknown => {
    if (!value.startsWith('[')) return [value]
    try {
      return JSON.parse(value)
    } catch {
      context.addIssue('not JSON')
      return z.NEVER
    }
  })
  .pipe(z.array(text.min(1)).min(1))
const CLAIM_VALUES = 'a value of the role claim, or a JSON array of several'

/**
 * True for an http or https address without what an issuer must not have (OpenID Connect Discovery
 * 1.0, section 3).
 */
function isPlainAddress(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, username, password, search, hash } = new URL(value)
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash
}

/** True for an IP address, or a network such as `10.0.0.0/8`. */
function isNetwork(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

/** Refused with the place and the reason: a guard that is misread would protect nothing. */
const guardList = text.transform((value, context) => {
  let json: unknown
  try {
    json = JSON.parse(value)
  } catch {
    context.addIssue({ code: 'custom', message: 'it is not JSON', params: { explained: true } })
    return z.NEVER
  }
  const read = guards.safeParse(json)
  if (read.success) return read.data
  const [first] = refusedFields(read.error, json)
  const message = [first?.path, first?.message].filter(Boolean).join(' ')
  context.addIssue({ code: 'custom', message, params: { explained: true } })
  return z.NEVER
})

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }
const callBudget = text
  .regex(/^\d{1,6}\/\d{1,5}[smh]$/)
  .transform((value) => {
    const [count, time = ''] = value.split('/')
    return { count: Number(count), seconds: Number(time.slice(0, -1)) * UNIT_SECONDS[time.slice(-1)]! }
  })
  .refine(({ count, seconds }) => count >= 10 && count <= 100_000 && seconds >= 1 && seconds <= 86_400)

const listenAddress = text
  .regex(/^(?:[0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/)
  .transform((value) => {
    const colon = value.lastIndexOf(':')
    return { host: value.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(value.slice(colon + 1)) }
  })
  .refine(({ port }) => port <= 65_535)

// The driver would throw one that it can't read, with the password. `@/` is in addresses of
// sockets.
const databaseAddress = text
  .regex(/^postgres(ql)?:\/\/\S+$/)
  .refine((value) => URL.canParse(value.replace('@/', '@host/')))

// Checked where one is used (config-upstream.ts): those without PORTSIDE_ may be set for other
// programs.
const outboundProxy = text.optional().describe('the address of an HTTP proxy')

/** Every variable, and how it is read. Its description completes the refusal 'it must be ...'. */
const variables = z.object({
  PORTSIDE_LISTEN_HOST: text
    .regex(/^[0-9A-Za-z.:_-]+$/)
    .default('127.0.0.1')
    .describe('a host name or an IP address to listen on, such as 127.0.0.1'),
  PORTSIDE_LISTEN_PORT: wholeNumber(0, 65_535)
    .default(8080)
    .describe('a whole number from 0 to 65535, where 0 takes any free port'),
  PORTSIDE_PUBLIC_ORIGIN: origin
    .optional()
    .describe('the origin that browsers use, such as https://portside.example.com, without a path'),
  PORTSIDE_UPSTREAM: origin
    .default('http://127.0.0.1:8090')
    .describe('the origin of the VPC API, such as https://vpc.eu-west-101.myhuaweicloud.eu, without a path'),
  PORTSIDE_PROJECTS: projects
    .optional()
    .describe(
      'project_id=name,... or a JSON array of {project_id, name, region, endpoint, credentials, groups_per_port (1 to 200), enterprise_project_id, offers}, each project once',
    ),
  PORTSIDE_REGION: text.optional().describe('the name of a region'),
  PORTSIDE_EMULATOR: z.enum(['true', 'false']).optional().describe('true or false'),
  HUAWEICLOUD_SDK_AK: secret.optional().describe('an access key, without spaces'),
  HUAWEICLOUD_SDK_SK: secret.optional().describe('a secret key, without spaces'),
  HUAWEICLOUD_SDK_SECURITY_TOKEN: secret.optional().describe('a security token, without spaces'),
  PORTSIDE_AUTH_TOKEN: secret.optional().describe('a token of IAM, without spaces'),
  PORTSIDE_CREDENTIALS_FILE: text.optional().describe('the path of a file of credentials'),
  PORTSIDE_UPSTREAM_CA_FILE: text.optional().describe('the path of a PEM file'),
  PORTSIDE_UPSTREAM_PROXY: outboundProxy,
  HTTPS_PROXY: outboundProxy,
  https_proxy: outboundProxy,
  HTTP_PROXY: outboundProxy,
  http_proxy: outboundProxy,
  NO_PROXY: text.optional().describe('host names, separated by commas'),
  no_proxy: text.optional().describe('host names, separated by commas'),
  PORTSIDE_SESSION_SECRET: text
    .transform((value) => value.split(',').map((one) => one.trim()))
    .pipe(z.tuple([text.min(32)], text.min(32)))
    .optional()
    .describe('at least 32 random characters, or several such secrets, comma-separated'),
  PORTSIDE_SESSION_HOURS: wholeNumber(1, 720).default(12).describe('a whole number of hours from 1 to 720'),
  PORTSIDE_OIDC_ISSUER: text
    .refine(isPlainAddress)
    .optional()
    .describe('the issuer of an OpenID Connect provider, such as https://login.example.com/realms/team'),
  PORTSIDE_OIDC_CLIENT_ID: secret.optional().describe('a client ID, without spaces'),
  PORTSIDE_OIDC_CLIENT_SECRET: secret.optional().describe('the secret of a client, without spaces'),
  PORTSIDE_OIDC_SCOPE: text
    .refine((value) => value.split(' ').includes('openid'))
    .default('openid profile email')
    .describe('scopes separated by spaces, openid among them'),
  PORTSIDE_OIDC_ROLE_CLAIM: text
    .optional()
    .describe('the name of a claim, or the path to it, such as realm_access.roles'),
  PORTSIDE_OIDC_OPERATOR: claimValues.optional().describe(CLAIM_VALUES),
  PORTSIDE_OIDC_VIEWER: claimValues.optional().describe(CLAIM_VALUES),
  PORTSIDE_OIDC_USER_CLAIM: text
    .optional()
    .describe('the name of a claim, or the path to it, such as preferred_username'),
  PORTSIDE_RATE_LIMIT: wholeNumber(0, 1_000_000)
    .default(3000)
    .describe('a whole number of requests a minute from 0 to 1000000, where 0 is no limit'),
  PORTSIDE_TRUSTED_PROXIES: text
    .transform((value) => value.split(',').map((one) => one.trim()))
    .pipe(z.array(text.refine(isNetwork)))
    .optional()
    .describe('IP addresses or networks, comma-separated, such as 10.0.0.0/8'),
  PORTSIDE_MAX_CONNECTIONS: wholeNumber(4, 100_000)
    .default(2000)
    .describe('a whole number of connections from 4 to 100000'),
  PORTSIDE_DATA: text.default('.data/proxy').describe('a folder'),
  PORTSIDE_UPSTREAM_TIMEOUT_MS: wholeNumber(100, 600_000)
    .default(15_000)
    .describe('a whole number of milliseconds from 100 to 600000'),
  PORTSIDE_KEEP_READS_S: wholeNumber(0, 60).default(60).describe('a whole number of seconds from 0 to 60'),
  PORTSIDE_READ_RETRIES: wholeNumber(0, 10).default(3).describe('a whole number from 0 to 10'),
  PORTSIDE_CHANGES: z
    .enum(planPolicies)
    .default('choose')
    .describe(`one of ${planPolicies.join(', ')}`),
  PORTSIDE_CALLS: callBudget
    .optional()
    .describe('a number of calls from 10 to 100000 and a time of up to 24 hours, such as 90/5m'),
  PORTSIDE_STEP_TRIES: wholeNumber(1, 100).default(8).describe('a whole number from 1 to 100'),
  PORTSIDE_STEP_RETRY_MS: wholeNumber(1, 60_000)
    .default(1000)
    .describe('a whole number of milliseconds from 1 to 60000'),
  PORTSIDE_LATE_ANSWER_MS: wholeNumber(1, 60_000)
    .default(3000)
    .describe('a whole number of milliseconds from 1 to 60000'),
  PORTSIDE_GUARDS: guardList
    .optional()
    .describe(
      'a JSON array of guards, such as [{"name": "admin ports", "protocol": "tcp", "ports": "22,3389", "remote": "anywhere"}]',
    ),
  DATABASE_URL: databaseAddress
    .optional()
    .describe('the address of a PostgreSQL database, such as postgresql://user:password@host/portside'),
  PORTSIDE_METRICS_LISTEN: listenAddress
    .optional()
    .describe('an address and a port to listen on, such as 127.0.0.1:9464'),
  PORTSIDE_METRICS_NAMES: text
    .transform((value) => value.split(',').map((one) => one.trim().toLowerCase()))
    .pipe(z.array(text.regex(/^[0-9a-z._-]+$/)))
    .optional()
    .describe('host names without a port, comma-separated, such as portside-metrics.internal'),
  PORTSIDE_STOP_TIMEOUT_MS: wholeNumber(1000, 3_600_000)
    .optional()
    .describe('a whole number of milliseconds from 1000 to 3600000'),
  DATABASE_OWNER_URL: databaseAddress
    .optional()
    .describe('the address of the database of DATABASE_URL with the role that owns its tables'),
  PORTSIDE_LEASE_MS: wholeNumber(1000, 60_000)
    .default(5000)
    .describe('a whole number of milliseconds from 1000 to 60000'),
  PORTSIDE_LOG_LEVEL: z
    .enum(LOG_LEVELS)
    .default('info')
    .describe(`one of ${LOG_LEVELS.join(', ')}`),
  PORTSIDE_CONSOLE_FILES: text.optional().describe('the folder of the built console'),
})

/** Every variable that the proxy reads, and what its value must be. */
export const VARIABLES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(variables.shape).map(([name, { description = '' }]) => [name, description]),
)

/** The values of all variables; of one that is not set, its default or undefined. */
export type Variables = z.output<typeof variables>

/**
 * Variables whose value is never repeated: secrets, and addresses of a kind that often holds a
 * password.
 */
const SECRET = /_SK$|TOKEN$|SECRET$|_AK$|^DATABASE_(OWNER_)?URL$|_PROXY$/i

/**
 * How a refusal names a value: whole, unless a password or a query may be in it. A refused value
 * may not even be an address, so no part of it is known to be safe.
 */
export function shown(value: string): string {
  return /@|%40|[?#]/.test(value)
    ? 'set to what may hold a password, so not shown here'
    : JSON.stringify(value)
}

/**
 * Reads every variable that config.ts names; an empty one counts as not set.
 * @throws ConfigError for the first that can't be read
 */
export function readVariables(environment: Record<string, string | undefined>): Variables {
  const set = Object.fromEntries(
    Object.keys(variables.shape).map((name) => [name, environment[name]?.trim() || undefined]),
  )
  const read = variables.safeParse(set)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const name = String(issue?.path[0]) as keyof Variables
  if (issue?.code === 'custom' && issue.params?.explained)
    throw new ConfigError(
      `${name} can not be used: ${issue.message}. It must be ${variables.shape[name].description}.`,
    )
  const value = SECRET.test(name) ? 'can not be used' : `is ${shown(set[name] ?? '')}`
  throw new ConfigError(`${name} ${value}: it must be ${variables.shape[name].description}.`)
}
