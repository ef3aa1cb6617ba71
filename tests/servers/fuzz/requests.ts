import fc from 'fast-check'
import { chance, oneOf } from '../../../src/emulator/seed/chance.ts'
import { exportQuery, auditLogQuery } from '../../../src/vpc/audit-log.ts'
import { bulkChangesQuery, bulkPortsQuery } from '../../../src/vpc/bulk-changes-api.ts'
import { departuresQuery, revisionQuery } from '../../../src/vpc/standing-orders-api.ts'
import { portsQuery, rulesQuery, securityGroupsQuery } from '../../../src/vpc/requests.ts'

/** A route of the proxy as Fastify has it: `/api/operations/:id/:answer`. */
export type Route = { method: string; url: string }

/** A request as it is sent. */
export type FuzzedRequest = {
  route: Route
  method: string
  /** With the query; bytes as Latin-1 characters. */
  path: string
  headers: Record<string, string>
  body: Buffer | null
}

/**
 * What makes requests nearly valid: values that are right for a parameter, bodies that are right
 * for some route.
 */
export type Valid = {
  /** By the name of the path parameter; several to choose from. */
  params: Record<string, readonly string[]>
  bodies: readonly unknown[]
  cookie: string
  origin: string
}

const LONG = 'x'.repeat(9000)
const HUGE = 'y'.repeat(1_100_000)

/** Text that programs often misread. It is put into paths percent-encoded, or as it is. */
const awkwardText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '../../../../etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    '%00',
    '%',
    '%zz',
    '%ff%fe',
    '%c0%ae%c0%ae',
    '\u00ff\u00fe',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '__proto__[admin]',
    'null',
    'undefined',
    'NaN',
    'Infinity',
    '-1',
    '0',
    '1e309',
    '1e21',
    '9007199254740993',
    '-0',
    '0x10',
    '1_000',
    'true',
    '[]',
    '{}',
    '[object Object]',
    '<script>alert(1)</script>',
    `"'\`;--`,
    "' or 1=1 --",
    '${7*7}{{7*7}}',
    '\\',
    '/',
    '//evil.example/',
    '?a=b#c',
    'f5dab68cd75740e68c599e9af5fe0aed',
    'F5DAB68CD75740E68C599E9AF5FE0AED',
    '00000000-0000-0000-0000-000000000000',
    '99fd0c77-56b4-4bf6-8365-df352e45d5fc ',
    '😀'.repeat(40),
    '\ud800',
    LONG,
  ),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

const awkwardJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    0.5,
    -0,
    1e21,
    Number.MAX_VALUE,
    '',
    'x',
    LONG,
    [],
    {},
    [[]],
    [null],
    { length: -1 },
    { toString: 'x' },
    Array.from({ length: 5000 }, () => 0),
  ),
  fc.jsonValue({ maxDepth: 3 }),
)

/** The paths of everything in an object. */
function placesIn(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...at, name]))]
}

type Change = { kind: 'replace' | 'remove' | 'add' | 'twice'; value: unknown; name: string }

/** A copy of `value` with one place of it changed. */
function changed(value: unknown, place: readonly string[], change: Change): unknown {
  const [name, ...deeper] = place
  if (name === undefined) {
    if (change.kind === 'remove') return undefined
    if (change.kind === 'twice') return [value, value]
    if (change.kind === 'add' && typeof value === 'object' && value !== null && !Array.isArray(value))
      return { ...value, [change.name]: change.value }
    return change.value
  }
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...(value as Record<string, unknown>) }
  const slot = copy as Record<string, unknown>
  slot[name] = changed(slot[name], deeper, change)
  return copy
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '')

function bodies(valid: Valid): fc.Arbitrary<Buffer | null> {
  const broken = fc.constantFrom(...valid.bodies).chain((body) =>
    fc
      .record({
        place: fc.constantFrom(...placesIn(body)),
        kind: fc.constantFrom('replace' as const, 'remove' as const, 'add' as const, 'twice' as const),
        value: awkwardJson,
        name: fc.oneof(fc.constantFrom('toString', 'constructor', 'dry_run', 'index'), fc.string()),
      })
      .map(({ place, ...change }) => json(changed(body, place, change))),
  )
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 8, arbitrary: broken },
    { weight: 2, arbitrary: fc.constantFrom(...valid.bodies).map(json) },
    { weight: 2, arbitrary: awkwardJson.map(json) },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(
          '{"__proto__":{"dry_run":true}}',
          '{"port":{"__proto__":{"security_groups":[]}}}',
          '{"constructor":{"prototype":{"dry_run":true}}}',
          '{"port":{"security_groups":["a"],"security_groups":[]}}',
          '{"index":1e400}',
          '{"index":123456789012345678901234567890}',
          '{',
          '{}{}',
          'null',
          '"text"',
          "{'a':1}",
          '\ufeff{}',
          '\0',
          '['.repeat(20_000),
          `${'['.repeat(5000)}${']'.repeat(5000)}`,
          `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
          'a=b&c=d',
          '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--',
        )
        .map((text) => Buffer.from(text)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.constant(Buffer.from('{"name":"\xff\xfe\xc3"}', 'latin1')) },
  )
}

/** Header values: undici sends no control characters, and Node takes none. */
const headerValue = awkwardText.map((text) => text.replace(/[^\x20-\x7e\x80-\xff]/g, '').trim())

function usually(value: string, ...others: fc.Arbitrary<string | undefined>[]) {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant<string | undefined>(value) },
    ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
  )
}

function rarely(arbitrary: fc.Arbitrary<string | undefined>) {
  return fc.oneof({ weight: 14, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
}

function headers(valid: Valid): fc.Arbitrary<Record<string, string>> {
  const [name] = valid.cookie.split('=')
  const none = fc.constant(undefined)
  return fc
    .record({
      cookie: usually(
        valid.cookie,
        none,
        headerValue.map((value) => `${name}=${value}`),
        fc.constantFrom(valid.cookie.slice(0, -3), `${valid.cookie}; ${valid.cookie}`, `x; ${valid.cookie}`),
        headerValue,
      ),
      origin: usually(valid.origin, none, headerValue, fc.constantFrom('null', 'https://evil.example')),
      // undici fails on a bracket that is not closed.
      host: rarely(
        fc.oneof(
          headerValue.map((value) => value.replaceAll('[', '')),
          fc.constantFrom('evil.example', 'localhost', '127.0.0.1:1'),
        ),
      ),
      'content-type': usually(
        'application/json',
        none,
        headerValue,
        fc.constantFrom(
          'text/plain',
          'multipart/form-data; boundary=x',
          'application/x-www-form-urlencoded',
          'application/json; charset=utf-16',
          'application/json, text/html',
        ),
      ),
      accept: fc.constantFrom(undefined, '*/*', 'text/html', 'application/json'),
      'accept-encoding': rarely(fc.oneof(fc.constantFrom('gzip', 'br', 'br;q=0, *', 'zip'), headerValue)),
      'content-encoding': rarely(fc.constantFrom('gzip', 'br', 'x')),
      'if-none-match': rarely(fc.oneof(fc.constant('*'), headerValue)),
      'if-modified-since': rarely(headerValue),
      range: rarely(
        fc.oneof(fc.constantFrom('bytes=0-1', 'bytes=-1', 'bytes=9-1', 'bytes=0-1,3-4'), headerValue),
      ),
      'sec-fetch-site': rarely(fc.oneof(fc.constantFrom('cross-site', 'none', 'same-origin'), headerValue)),
      'x-request-id': rarely(headerValue),
      'x-http-method-override': rarely(fc.constantFrom('DELETE', 'PUT')),
      'x-forwarded-for': rarely(headerValue),
      'x-forwarded-host': rarely(headerValue),
      'x-forwarded-proto': rarely(fc.constantFrom('https', 'x')),
      authorization: rarely(headerValue.map((value) => `Bearer ${value}`)),
    })
    .map(
      (all) =>
        Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<
          string,
          string
        >,
    )
}

/** Text as a part of a path: encoded, or with its bytes as they are where HTTP takes them. */
function written(text: string, encoded: boolean): string {
  if (encoded) return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/[^\x21-\x7e\x80-\xff]/g, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/**
 * Every name of a query of Portside's own and of the platform's lists, from the schemas that read
 * them.
 */
export const QUERY_FIELDS: readonly string[] = [
  ...new Set(
    [
      ...[portsQuery, securityGroupsQuery, rulesQuery, auditLogQuery, exportQuery],
      ...[bulkChangesQuery, bulkPortsQuery, departuresQuery, revisionQuery],
    ].flatMap(({ shape }) => Object.keys(shape)),
  ),
  ...['wait', 'return_to', 'prompt', 'state', 'code'],
]

const awkwardQuery = fc
  .array(
    fc.record({
      name: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...QUERY_FIELDS) },
        { weight: 1, arbitrary: awkwardText },
      ),
      // No number from 1 to 60: as `wait` it would take that many seconds.
      value: awkwardText,
      encoded: fc.boolean(),
    }),
    { maxLength: 3 },
  )
  .map((all) =>
    all.map(({ name, value, encoded }) => `${written(name, encoded)}=${written(value, encoded)}`).join('&'),
  )

function pathsOf({ url }: Route, valid: Valid): fc.Arbitrary<string> {
  const parts = url.split('/').map((part): fc.Arbitrary<string> => {
    if (!part.startsWith(':') && part !== '*') return fc.constant(part)
    const awkward = fc.tuple(awkwardText, fc.boolean()).map(([text, encoded]) => written(text, encoded))
    const right = valid.params[part.replace(':', '')]
    if (!right) return awkward
    return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: awkward })
  })
  const end = fc.oneof(
    { weight: 12, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('/', '//', '/..', ';x=1', '.json', '%2f', '%00', '\u00ff') },
  )
  return fc.tuple(fc.tuple(...parts), end, awkwardQuery).map(([all, more, query]) => {
    const path = all.join('/') + more
    return (path.startsWith('/') ? path : `/${path}`) + (query && `?${query}`)
  })
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']

/**
 * `count` requests to the routes in turn, as a careless or hostile program sends them. Each is put
 * together from parts that fast-check made beforehand: making ten thousand whole ones would take
 * longer than sending them.
 */
export function* fuzzedRequests(
  routes: readonly Route[],
  valid: Valid,
  { count, seed }: { count: number; seed: number },
): Generator<FuzzedRequest> {
  const next = chance(seed)
  const sent = fc.sample(headers(valid), { numRuns: 400, seed })
  const read = fc.sample(bodies(valid), { numRuns: 600, seed })
  // Larger than the limit, and rare, as it takes time.
  read.push(Buffer.from(`{"name":"${HUGE}"}`))
  const asked = routes.map((route) => ({
    route,
    paths: fc.sample(pathsOf(route, valid), { numRuns: 30, seed }),
  }))
  for (let n = 0; n < count; n++) {
    const { route, paths } = asked[n % asked.length]!
    const method = next() < 0.9 ? route.method : oneOf(METHODS, next)
    yield { route, method, path: oneOf(paths, next), headers: oneOf(sent, next), body: oneOf(read, next) }
  }
}

const UUID = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'

/**
 * Text at the edges of what programs take it for: days and times, numbers of any width, IDs, other
 * alphabets.
 */
const EDGE_TEXTS: readonly string[] = [
  '',
  '\0',
  'a\0b',
  `${UUID}\0`,
  `${UUID}\n`,
  '\ud800',
  '\u{10ffff}',
  LONG,
  ...['0000-01-01', '0001-01-01', '9999-12-31', '2026-02-31', '-000001-01-01', '+275760-09-14'],
  ...['0000-01-01T00:00:00+23:59', '9999-12-31T23:59:59.999-23:59', `2026-01-01T00:00:00.${'0'.repeat(99)}Z`],
  ...['-0', '-1', '0.1', '1e308', '1e309', '-1e309', '1e-400', '9007199254740993', '2147483648'],
  ...['9223372036854775807', '9223372036854775808', '18446744073709551616', '-9223372036854775809'],
  // As a cursor of the audit log: a time, and a number.
  ...['0.0', '9999999999999999.1', '8640000000000001.1', '253402300800000.1', '1.9999999999999999999'],
]

/** JSON at the edges of each type. */
const EDGE_VALUES: readonly unknown[] = [
  null,
  true,
  [],
  {},
  ...['', '\0', '\ud800', `${UUID}\0`, 'x'.repeat(70_000)],
  ...[0, -1, 0.5, 2 ** 31, 2 ** 53, 2 ** 64, -(2 ** 63) - 2048, Number.MAX_VALUE, Number.MIN_VALUE],
  Array.from({ length: 3000 }, () => UUID),
  Array.from({ length: 40_000 }, () => ''),
]
/** As many wrong values as a body of 1 MiB has room for. */
const MANY_WRONG = Array.from({ length: 340_000 }, () => '')

/**
 * A part of a path or of a query, percent-encoded, with half a surrogate pair as the bytes of one.
 */
function inUrl(text: string): string {
  return [...text].map((one) => (/\p{Surrogate}/u.test(one) ? '%ED%A0%80' : encodeURIComponent(one))).join('')
}

/**
 * Requests that are right but for one value, which is at an edge of its type: each parameter of
 * each route, each field of each query that a route takes, and each place of each body.
 * @param takes the fields of its query that a route takes
 * @param bodyOf a right body for a route
 */
export function* edgeRequests(
  routes: readonly Route[],
  valid: Valid,
  takes: (route: Route) => readonly string[],
  bodyOf: (route: Route) => unknown,
): Generator<FuzzedRequest> {
  const { cookie, origin } = valid
  for (const route of routes) {
    const { method, url } = route
    const right = url.replaceAll(/:(\w+)/g, (_, name: string) => valid.params[name]?.[0] ?? 'x')
    const sent = { cookie, origin, 'content-type': 'application/json' }
    const request = { route, method, path: right, headers: sent, body: null }
    for (const [param] of url.matchAll(/:\w+|\*/g))
      for (const text of EDGE_TEXTS) {
        const path = url
          .replace(param, inUrl(text))
          .replaceAll(/:(\w+)/g, (_, name: string) => valid.params[name]?.[0] ?? 'x')
        yield { ...request, path }
      }
    for (const name of takes(route)) {
      // Fields that a route requires.
      const more = name !== 'format' && takes(route).includes('format') ? '&format=jsonl' : ''
      for (const text of EDGE_TEXTS) yield { ...request, path: `${right}?${name}=${inUrl(text)}${more}` }
      const often = Array.from({ length: 1500 }, () => `${name}=`).join('&')
      yield { ...request, path: `${right}?${often}${more}` }
    }
    const body = bodyOf(route)
    if (body === undefined) continue
    for (const place of placesIn(body))
      for (const value of place.length === 1 ? [...EDGE_VALUES, MANY_WRONG] : EDGE_VALUES)
        yield { ...request, body: json(changed(body, place, { kind: 'replace', value, name: '' })) }
  }
}
