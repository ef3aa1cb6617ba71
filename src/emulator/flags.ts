import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { refusedFields } from '../vpc/errors.ts'
import { MOST_GROUPS_PER_PORT } from '../vpc/port.ts'
import { faultsRequest } from './faults.ts'
import { quotaSetting, type Quota } from './counted-calls.ts'
import { noSuchApiForms, regionNames, regionSetting, type RegionSetting } from './region.ts'
import { SMALLEST } from './seed/estate.ts'
import type { EmulatorOptions } from './server.ts'

/** Command-line flags that can't be used; the message is one line that says what is wanted. */
export class WrongFlag extends Error {
  override name = 'WrongFlag'
}

const FLAGS = {
  'listen-port': { type: 'string' },
  data: { type: 'string' },
  ports: { type: 'string' },
  groups: { type: 'string' },
  seed: { type: 'string' },
  'groups-per-port': { type: 'string' },
  faults: { type: 'string' },
  region: { type: 'string' },
  'no-such-api': { type: 'string' },
  calls: { type: 'string' },
  'access-key': { type: 'string' },
  'secret-key': { type: 'string' },
  'security-token': { type: 'string' },
  'auth-token': { type: 'string' },
} as const

/**
 * The port where no flag names one: `npm start` sets no flag, so a refusal gives the name that
 * its user knows.
 */
const PORT_VARIABLE = 'PORTSIDE_EMULATOR_PORT'

/** What to do when the port is taken. */
export function portAdvice(args: readonly string[]): string {
  const name = parse(args)['listen-port'] === undefined ? PORT_VARIABLE : '--listen-port'
  return `the port is taken: name another with ${name}, or 0 for any free one`
}

/**
 * The emulator's options from its command line: `--listen-port N` (without it
 * PORTSIDE_EMULATOR_PORT, else 8090; 0 takes any), `--data FOLDER`, `--ports N`, `--groups N`,
 * `--seed N`, `--groups-per-port N` (100), `--faults FILE` (JSON, as POST /_emulator/faults takes
 * it), `--region NAME,NAME` for one that does not offer all (`v1-only`; region.ts has the names),
 * `--no-such-api FORM` for how it refuses what it lacks, `--calls 90/5m` for a quota of calls, and
 * what calls must be authenticated with: `--access-key`, `--secret-key`, `--security-token`,
 * `--auth-token`, or the same in EMULATOR_ACCESS_KEY and so on, which other users of the machine
 * cannot see.
 * @throws WrongFlag
 */
export function readFlags(args: readonly string[], environment: NodeJS.ProcessEnv): EmulatorOptions {
  const flags = parse(args)
  if (flags.data === '') throw new WrongFlag('--data must name a folder')
  return {
    listenPort:
      wholeNumber('--listen-port', flags['listen-port'], 0, 65_535) ??
      wholeNumber(PORT_VARIABLE, environment[PORT_VARIABLE] || undefined, 0, 65_535) ??
      8090,
    data: flags.data,
    ports: wholeNumber('--ports', flags.ports, SMALLEST.ports, 100_000),
    groups: wholeNumber('--groups', flags.groups, SMALLEST.groups, 20_000),
    seed: wholeNumber('--seed', flags.seed, 0, 2 ** 32 - 1),
    groupsPerPort: wholeNumber('--groups-per-port', flags['groups-per-port'], 1, MOST_GROUPS_PER_PORT),
    region: readRegion(flags.region, flags['no-such-api']),
    quota: flags.calls === undefined ? undefined : readQuota(flags.calls),
    credentials: readCredentials(flags, environment),
    faults: flags.faults === undefined ? [] : readFaults(flags.faults),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true }).values
  } catch (error) {
    const known = Object.keys(FLAGS).map((name) => `--${name}`)
    throw new WrongFlag(
      `${(error as Error).message.split(/\.?\s*\n|\. /)[0]}; the flags are ${known.join(', ')}`,
    )
  }
}

function readCredentials(flags: ReturnType<typeof parse>, environment: NodeJS.ProcessEnv) {
  const given = (flag: 'access-key' | 'secret-key' | 'security-token' | 'auth-token') =>
    flags[flag] || environment[`EMULATOR_${flag.toUpperCase().replace('-', '_')}`] || undefined
  const accessKey = given('access-key')
  const secretKey = given('secret-key')
  const [securityToken, authToken] = [given('security-token'), given('auth-token')]
  if (accessKey !== undefined && secretKey !== undefined)
    return { accessKey, secretKey, securityToken, authToken }
  if (accessKey ?? secretKey ?? securityToken ?? authToken)
    throw new WrongFlag('--access-key and --secret-key go together, and the tokens go with them')
  return undefined
}

function wholeNumber(
  name: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw new WrongFlag(`${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`)
}

function readRegion(names: string | undefined, form: string | undefined): RegionSetting {
  const like = names?.split(',')
  const wrong = like?.find((name) => !regionNames.includes(name as never))
  if (wrong !== undefined)
    throw new WrongFlag(`--region knows no ${JSON.stringify(wrong)}; the names are ${regionNames.join(', ')}`)
  if (form !== undefined && !noSuchApiForms.includes(form as never))
    throw new WrongFlag(`--no-such-api must be ${noSuchApiForms.join(' or ')}`)
  return regionSetting.parse({ like, no_such_api: form })
}

const SECONDS = { s: 1, m: 60, h: 3600 }

function readQuota(text: string): Quota {
  const [, count, time, unit] = /^(\d{1,6})\/(\d{1,4})([smh])$/.exec(text) ?? []
  const read = quotaSetting.safeParse({
    count: Number(count),
    seconds: Number(time) * SECONDS[unit as keyof typeof SECONDS],
  })
  if (read.success) return read.data
  throw new WrongFlag(`--calls must be a number of calls and a time of at most 24h, such as 90/5m`)
}

function readFaults(file: string) {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new WrongFlag(`--faults ${file}: ${(error as Error).message}`)
  }
  const read = faultsRequest.safeParse(content)
  if (read.success) return read.data.faults
  const [refused] = refusedFields(read.error, content)
  throw new WrongFlag(`--faults ${file}: ${refused?.path} ${refused?.message}`)
}
