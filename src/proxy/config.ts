import type { PlanPolicy } from '../vpc/plan-policies.ts'
import type { Guard } from '../vpc/traffic/guards.ts'
import {
  openEndpoint,
  readAuthorities,
  readCredentials,
  readOutboundProxies,
  readProjects,
  type ProxyProject,
} from './config-upstream.ts'
import { ConfigError, readVariables, type LOG_LEVELS } from './config-variables.ts'
import type { ReceivingLimits } from './connections.ts'
import { isLoopback } from './listen-names.ts'
import type { OperationWaits } from './operations/waits.ts'
import { readOpenIdConnect, type OpenIdConnectSettings } from './session/openid-connect/settings.ts'
import type { Secrets } from './session/secret.ts'
import { carriesToken, type Credentials } from './upstream/credentials.ts'

export { groupsPerPort, type ProxyProject } from './config-upstream.ts'
export { ConfigError } from './config-variables.ts'

/** What a proxy is started with; readConfig makes it from the environment. */
export type ProxyConfig = {
  listenHost: string
  /** 0 is any free port. */
  listenPort: number
  /** The origin that browsers use behind a load balancer. */
  publicOrigin: string | undefined
  projects: ProxyProject[]
  /** True when the platform is the embedded emulator: the console says so. */
  emulator: boolean
  /** Those of the environment, for all projects. */
  credentials: Credentials | undefined
  /** The file that has the credentials instead. It is read again when it changes. */
  credentialsFile?: string | undefined
  dataFolder: string
  /**
   * Undefined: made at the first start, and kept in dataFolder. The first seals cookies, all open
   * them.
   */
  sessionSecrets: Secrets | undefined
  /** Undefined: users sign in by the address printed at start. */
  openIdConnect: OpenIdConnectSettings | undefined
  /** The most requests of a user in a minute; 0: no limit. */
  rateLimit: number
  /** Addresses, or networks, of load balancers whose X-Forwarded-For is believed. */
  trustedProxies: string[] | undefined
  /** The most connections at one time. */
  maxConnections: number
  /** How long the parts of a request may take; what is left out has its default. */
  receivingLimits?: Partial<ReceivingLimits>
  /** How changes are made; by the operator's choice unless given. */
  changes?: PlanPolicy
  /** The most calls of each endpoint in a time; undefined: as many as are needed. */
  calls?: { count: number; seconds: number } | undefined
  /** The longest Retry-After of a 429 that is believed, in milliseconds; an hour unless given. */
  longestRetryAfterMs?: number
  upstreamTimeoutMs: number
  readRetries: number
  /** How long what was read for one user is shown to others, in seconds; 60 unless given. */
  keepReadsSeconds?: number
  /** Certificates (PEM) of authorities that are trusted for endpoints, besides Node's own. */
  authorities?: readonly string[] | undefined
  /**
   * The HTTP proxy of each endpoint that is reached through one. Its address may hold a password.
   */
  outboundProxies?: ReadonlyMap<string, URL>
  /**
   * PostgreSQL for the journal and the audit log, which several proxies may share; undefined: they
   * are in dataFolder.
   */
  databaseUrl?: string | undefined
  /**
   * The same PostgreSQL as the role that owns the tables, for migrations and rights only;
   * undefined: databaseUrl is that role.
   */
  databaseOwnerUrl?: string | undefined
  /**
   * With PostgreSQL: how long a proxy without a sign of life keeps its operations. Then another one
   * takes them over.
   */
  leaseMs?: number
  /** How operations wait and try again. What is left out has its default. */
  operationWaits?: Partial<OperationWaits>
  /**
   * When a new journal is made, which takes some seconds: at the start, or when it is first
   * needed.
   */
  makeJournal?: 'at_start' | 'when_needed'
  /** The folder of which a new journal is a copy, if there is one. */
  emptyJournal?: string
  /**
   * Traffic that a change must not newly allow or deny, unless the operator types the port's name
   * or ID.
   */
  guards?: readonly Guard[]
  /** Where metrics and the details of readiness are served; undefined: nowhere. */
  metricsListen?: { host: string; port: number; names: readonly string[] } | undefined
  /** The longest that a stop waits for what is under way. */
  stopTimeoutMs: number
  logLevel: (typeof LOG_LEVELS)[number]
  /** The folder of the built console. */
  consoleFiles: string
}

/**
 * Reads the configuration from environment variables; an empty variable counts as not set.
 * docs/settings.md names them all.
 * @param consoleFiles where the built console is when `PORTSIDE_CONSOLE_FILES` is not set
 * @throws ConfigError for the first setting that can't be used
 */
export function readConfig(
  environment: Record<string, string | undefined>,
  consoleFiles = 'dist/console',
): ProxyConfig {
  const env = readVariables(environment)
  const projects = readProjects(env)
  const credentials = readCredentials(env)
  const config: ProxyConfig = {
    listenHost: env.PORTSIDE_LISTEN_HOST,
    listenPort: env.PORTSIDE_LISTEN_PORT,
    publicOrigin: env.PORTSIDE_PUBLIC_ORIGIN,
    projects,
    emulator: env.PORTSIDE_EMULATOR
      ? env.PORTSIDE_EMULATOR === 'true'
      : projects.every(({ endpoint }) => isLoopback(new URL(endpoint).hostname)),
    credentials,
    credentialsFile: env.PORTSIDE_CREDENTIALS_FILE,
    dataFolder: env.PORTSIDE_DATA,
    sessionSecrets: env.PORTSIDE_SESSION_SECRET,
    openIdConnect: readOpenIdConnect(env),
    rateLimit: env.PORTSIDE_RATE_LIMIT,
    trustedProxies: env.PORTSIDE_TRUSTED_PROXIES,
    maxConnections: env.PORTSIDE_MAX_CONNECTIONS,
    changes: env.PORTSIDE_CHANGES,
    calls: env.PORTSIDE_CALLS,
    upstreamTimeoutMs: env.PORTSIDE_UPSTREAM_TIMEOUT_MS,
    readRetries: env.PORTSIDE_READ_RETRIES,
    keepReadsSeconds: env.PORTSIDE_KEEP_READS_S,
    authorities: readAuthorities(env.PORTSIDE_UPSTREAM_CA_FILE),
    outboundProxies: readOutboundProxies(projects, env),
    databaseUrl: env.DATABASE_URL,
    databaseOwnerUrl: env.DATABASE_OWNER_URL,
    leaseMs: env.PORTSIDE_LEASE_MS,
    operationWaits: {
      tries: env.PORTSIDE_STEP_TRIES,
      retryMs: env.PORTSIDE_STEP_RETRY_MS,
      lateMs: env.PORTSIDE_LATE_ANSWER_MS,
    },
    guards: env.PORTSIDE_GUARDS ?? [],
    metricsListen: env.PORTSIDE_METRICS_LISTEN && {
      ...env.PORTSIDE_METRICS_LISTEN,
      names: env.PORTSIDE_METRICS_NAMES ?? [],
    },
    stopTimeoutMs: env.PORTSIDE_STOP_TIMEOUT_MS ?? env.PORTSIDE_UPSTREAM_TIMEOUT_MS + 10_000,
    logLevel: env.PORTSIDE_LOG_LEVEL,
    consoleFiles: env.PORTSIDE_CONSOLE_FILES ?? consoleFiles,
  }
  checkTogether(config)
  return config
}

function checkTogether(config: ProxyConfig): void {
  const { listenHost, publicOrigin, projects, credentials } = config
  if (config.databaseOwnerUrl && !config.databaseUrl)
    throw new ConfigError(
      'DATABASE_OWNER_URL is set without DATABASE_URL: set that to the same database, with the role that the proxy works as.',
    )
  if (!isLoopback(listenHost) && !publicOrigin)
    throw new ConfigError(
      `PORTSIDE_PUBLIC_ORIGIN is not set, and PORTSIDE_LISTEN_HOST ${listenHost} is reached from other machines: set it to the origin that browsers use, such as https://portside.example.com.`,
    )
  const open = projects.find(openEndpoint)
  if (carriesToken(credentials) && open)
    throw new ConfigError(
      `PORTSIDE_UPSTREAM is ${open.endpoint}, which would carry a token over the network unencrypted: set it to an https address.`,
    )
}
