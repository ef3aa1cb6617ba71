import type { Variables } from './config-variables.ts'

/** What docs/settings.md says of a setting, beside what its schema does. */
export type Setting = {
  section: (typeof SECTIONS)[number]
  meaning: string
  /** What applies when it is not set and the schema has no default; `none` unless given. */
  otherwise?: string
}

/** The parts of docs/settings.md, in their order. */
export const SECTIONS = [
  'Where Portside listens',
  'Platform and projects',
  'Credentials',
  'The way to the platform',
  'Sign-in',
  'Limits',
  'Journal and audit log',
  'Operations',
  'Metrics, log and stop',
] as const

const listening = 'Where Portside listens'
const platform = 'Platform and projects'
const credentials = 'Credentials'
const way = 'The way to the platform'
const signIn = 'Sign-in'
const limits = 'Limits'
const data = 'Journal and audit log'
const operations = 'Operations'
const monitoring = 'Metrics, log and stop'

/** Every variable of the proxy, in plain words; `npm run settings` writes docs/settings.md. */
export const SETTINGS: Readonly<Record<keyof Variables, Setting>> = {
  PORTSIDE_LISTEN_HOST: {
    section: listening,
    meaning: 'The address to listen on. Any other than this machine needs `PORTSIDE_PUBLIC_ORIGIN`.',
  },
  PORTSIDE_LISTEN_PORT: { section: listening, meaning: 'The port to listen on.' },
  PORTSIDE_PUBLIC_ORIGIN: {
    section: listening,
    meaning:
      'The origin that browsers use, when a load balancer is in front. Requests under any other name are refused.',
  },
  PORTSIDE_TRUSTED_PROXIES: {
    section: listening,
    meaning:
      'The load balancers whose `X-Forwarded-For` is believed. Sign-ins and connections are limited by the address that they come from.',
  },
  PORTSIDE_CONSOLE_FILES: {
    section: listening,
    otherwise: '`dist/console`',
    meaning: 'The folder of the built console.',
  },
  PORTSIDE_UPSTREAM: {
    section: platform,
    meaning:
      'The VPC API that requests go to. The default is the emulator; when this is set, `npm start` does not start it.',
  },
  PORTSIDE_PROJECTS: {
    section: platform,
    otherwise: "the emulator's two projects",
    meaning:
      'The projects to offer. In an object all but `project_id` may be left out: a project with a `region` is reached at `https://vpc.<region>.myhuaweicloud.com`, one with an `endpoint` at that. `credentials` names an entry of `PORTSIDE_CREDENTIALS_FILE`. `groups_per_port` is the quota of security groups on one port, 100 when left out. `enterprise_project_id` is sent with the lists that take it: `all_granted_eps`, an ID, or 0 for the default one. `offers` says what the endpoint offers, so that it is not found out: `{ports, groups, rules: "v3", "v1" or "v2.0"; steps: true or false (insert and remove); update: "v1", "v2.0" or "none"; address_groups: true or false}`, each may be left out.',
  },
  PORTSIDE_REGION: {
    section: platform,
    otherwise: "from the upstream's host name",
    meaning: 'The region of `PORTSIDE_UPSTREAM`, as the console shows it.',
  },
  PORTSIDE_EMULATOR: {
    section: platform,
    otherwise: '`true` when every endpoint is on this machine',
    meaning: 'Whether the console says that the platform is the emulator.',
  },
  HUAWEICLOUD_SDK_AK: {
    section: credentials,
    meaning: 'The access key that requests are signed with.',
  },
  HUAWEICLOUD_SDK_SK: {
    section: credentials,
    meaning: 'The secret of that access key. It never leaves the proxy.',
  },
  HUAWEICLOUD_SDK_SECURITY_TOKEN: {
    section: credentials,
    meaning: 'The security token of a temporary access key.',
  },
  PORTSIDE_AUTH_TOKEN: {
    section: credentials,
    meaning: 'A token of IAM. It is sent as `X-Auth-Token` in place of a signature.',
  },
  PORTSIDE_CREDENTIALS_FILE: {
    section: credentials,
    meaning:
      'A JSON file of named credentials, in place of the four variables above. It is read again when it changes, without a restart.',
  },
  PORTSIDE_UPSTREAM_CA_FILE: {
    section: way,
    meaning: "Certificate authorities to trust besides Node's own.",
  },
  PORTSIDE_UPSTREAM_PROXY: {
    section: way,
    otherwise: 'those below',
    meaning:
      'The HTTP proxy to reach the platform through. Never for this machine, nor for hosts in `NO_PROXY`.',
  },
  HTTPS_PROXY: {
    section: way,
    meaning: 'The same for https endpoints, where `PORTSIDE_UPSTREAM_PROXY` is not set.',
  },
  https_proxy: { section: way, meaning: 'As `HTTPS_PROXY`; it goes before that.' },
  HTTP_PROXY: {
    section: way,
    meaning: 'The same for http endpoints, where `PORTSIDE_UPSTREAM_PROXY` is not set.',
  },
  http_proxy: { section: way, meaning: 'As `HTTP_PROXY`; it goes before that.' },
  NO_PROXY: {
    section: way,
    meaning:
      'Hosts that are reached directly: names with all that is below them, with a port or without, or `*`.',
  },
  no_proxy: { section: way, meaning: 'As `NO_PROXY`; it goes before that.' },
  PORTSIDE_CALLS: {
    section: way,
    otherwise: 'none: calls are not limited',
    meaning:
      'At most so many calls of one endpoint in a time, as the quota of its projects allows. A fifth (at least 10) is kept for changes. Proxies with the same `DATABASE_URL` share it.',
  },
  PORTSIDE_UPSTREAM_TIMEOUT_MS: {
    section: way,
    meaning: 'The longest wait for a response of the platform.',
  },
  PORTSIDE_KEEP_READS_S: {
    section: way,
    meaning:
      'How long groups, rules and members that were read for one user are shown to others without a call. A change made by this proxy drops them. A port is always read.',
  },
  PORTSIDE_READ_RETRIES: {
    section: way,
    meaning: 'How often a read is tried again. A change is never sent again blindly.',
  },
  PORTSIDE_SESSION_SECRET: {
    section: signIn,
    otherwise: 'made at the first start, kept in `PORTSIDE_DATA`',
    meaning:
      'What cookies are sealed with, the same for all proxies of a Portside. Of several the first seals and all open: put a new one before the old one, and nobody is signed out.',
  },
  PORTSIDE_SESSION_HOURS: {
    section: signIn,
    meaning: 'The longest that a session of OpenID Connect lasts. After 12 hours without use it ends anyway.',
  },
  PORTSIDE_OIDC_ISSUER: {
    section: signIn,
    otherwise: 'none: users sign in by the address printed at start',
    meaning:
      'The OpenID Connect provider where a team signs in. Give it exactly as the provider says. http is for a provider on this machine only.',
  },
  PORTSIDE_OIDC_CLIENT_ID: { section: signIn, meaning: 'The client ID that the provider knows Portside by.' },
  PORTSIDE_OIDC_CLIENT_SECRET: {
    section: signIn,
    meaning: "That client's secret. Leave it out for a public client, which PKCE protects.",
  },
  PORTSIDE_OIDC_SCOPE: {
    section: signIn,
    meaning: 'The scopes to ask for. They must bring the role claim, in the ID token or in the user info.',
  },
  PORTSIDE_OIDC_ROLE_CLAIM: { section: signIn, meaning: 'The claim whose values give roles.' },
  PORTSIDE_OIDC_OPERATOR: {
    section: signIn,
    meaning: 'What makes a user an operator, who may dry-run and change ports.',
  },
  PORTSIDE_OIDC_VIEWER: {
    section: signIn,
    meaning: 'What makes a user a viewer, who may look, arrange and preview. Who is neither is refused.',
  },
  PORTSIDE_OIDC_USER_CLAIM: {
    section: signIn,
    otherwise: '`preferred_username`, else `email`, `name`, `sub`',
    meaning: 'What users are called in the audit log. Choose a claim that users cannot change.',
  },
  PORTSIDE_RATE_LIMIT: {
    section: limits,
    meaning:
      'Requests a minute that each proxy takes from one user. 0 switches all limits off, those of sign-ins too.',
  },
  PORTSIDE_MAX_CONNECTIONS: {
    section: limits,
    meaning:
      'Connections at one time. One address that is not in `PORTSIDE_TRUSTED_PROXIES` may have a quarter of them.',
  },
  PORTSIDE_DATA: {
    section: data,
    meaning:
      "The proxy's folder for what must survive a restart. `npm start` has it in `PORTSIDE_DATA_FOLDER`.",
  },
  DATABASE_URL: {
    section: data,
    otherwise: 'none: they are kept in `PORTSIDE_DATA` (PGlite)',
    meaning: 'The PostgreSQL that keeps the journal and the audit log. Several proxies may share it.',
  },
  DATABASE_OWNER_URL: {
    section: data,
    otherwise: 'none: the role of `DATABASE_URL` owns the tables',
    meaning:
      'The same database as the role that owns its tables, for migrations and rights alone. The role of `DATABASE_URL` can then change no audit record.',
  },
  PORTSIDE_LEASE_MS: {
    section: data,
    meaning:
      'With `DATABASE_URL`: how long a proxy that gives no sign of life keeps its operations. Then another takes them over.',
  },
  PORTSIDE_GUARDS: {
    section: operations,
    meaning:
      'Traffic that a change must not newly allow or deny, unless the operator confirms it by typing the name or ID of the port.',
  },
  PORTSIDE_CHANGES: {
    section: operations,
    meaning:
      'How a change is made. `one-call` replaces the list of groups in one call; `steps` inserts and removes, each checked by the platform; with `choose` Portside proposes one and the operator chooses. What one insert or one remove does is always done by that.',
  },
  PORTSIDE_STEP_TRIES: {
    section: operations,
    meaning: 'How often a step is sent at most, when the platform is busy or its response is lost.',
  },
  PORTSIDE_STEP_RETRY_MS: {
    section: operations,
    meaning:
      'The first wait before a step is sent again, and before anything is sent after a 429 without Retry-After. Each later one is twice as long.',
  },
  PORTSIDE_LATE_ANSWER_MS: {
    section: operations,
    meaning: 'How long a request may still be on its way after its response was lost.',
  },
  PORTSIDE_METRICS_LISTEN: {
    section: monitoring,
    meaning:
      'Where `/metrics` and the probes with details are served. There is no sign-in: let only Prometheus reach it.',
  },
  PORTSIDE_METRICS_NAMES: {
    section: monitoring,
    meaning: 'Names that `PORTSIDE_METRICS_LISTEN` is called by, besides IP addresses and `localhost`.',
  },
  PORTSIDE_STOP_TIMEOUT_MS: {
    section: monitoring,
    otherwise: '`PORTSIDE_UPSTREAM_TIMEOUT_MS` and 10 s',
    meaning: 'The longest that a stop waits for the step under way.',
  },
  PORTSIDE_LOG_LEVEL: {
    section: monitoring,
    meaning: 'What is logged, as JSON on standard error. `info` has changes and failures, `debug` reads too.',
  },
}
