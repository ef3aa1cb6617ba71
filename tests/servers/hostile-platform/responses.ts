import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { chance, oneOf } from '../../../src/emulator/seed/chance.ts'
import type { RawResponse } from './server.ts'

/** A whole response with a JSON body, as a platform that works sends it. */
export function wellResponse(status: number, body: unknown): RawResponse {
  return http(`HTTP/1.1 ${status} OK`, [['content-type', 'application/json']], JSON.stringify(body))
}

function http(
  statusLine: string,
  headers: readonly (readonly [string, string])[],
  body: string | Buffer,
): RawResponse {
  const sent = Buffer.from(body)
  const lines = [...headers, ['content-length', String(sent.length)] as const].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return {
    bytes: Buffer.concat([Buffer.from(`${statusLine}\r\n${lines.join('')}\r\n`, 'latin1'), sent]),
    ending: 'keep',
  }
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const LONG = 'x'.repeat(9000)

const STATUS_LINES = [
  ...[200, 200, 200, 200, 200, 202, 201, 203, 204, 205, 206, 207, 226, 299],
  ...[300, 301, 302, 303, 304, 307, 308, 399, 400, 401, 403, 404, 405, 408, 409, 410, 418, 429, 431, 451],
  ...[500, 501, 502, 503, 504, 505, 511, 520, 522, 524, 599, 600, 601, 700, 999],
]
  .map((status) => `HTTP/1.1 ${status} X`)
  .concat([
    'HTTP/1.1 100 Continue',
    'HTTP/1.1 101 Switching Protocols',
    'HTTP/1.1 102 Processing',
    'HTTP/1.1 103 Early Hints',
    'HTTP/1.1 199 X',
    'HTTP/1.1 000 X',
    'HTTP/1.1 099 X',
    'HTTP/1.1 20 X',
    'HTTP/1.1 2000 X',
    'HTTP/1.1 -200 X',
    'HTTP/1.1 200',
    'HTTP/1.1',
    'HTTP/1.0 200 OK',
    'HTTP/0.9 200 OK',
    'HTTP/2.0 200 OK',
    'HTTP/9.9 600 OK',
    'http/1.1 200 ok',
    'ICY 200 OK',
    `HTTP/1.1 200 ${LONG}`,
    'HTTP/1.1 200 \u00ff\u0001',
    'SSH-2.0-OpenSSH_9.6',
    '',
  ])

/** Texts for any field. */
const texts = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udfff\ud800',
    '\ufeff',
    '\u2028',
    '__proto__',
    'constructor',
    'Portside.NoSession',
    'Portside.UnreadableAnswer',
    'Console.Unreachable',
    '<script>alert(1)</script>',
    '=1+1',
    '\r\nset-cookie: a=b',
    '😀'.repeat(300),
    LONG,
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

/** Values for any field, as JSON texts: JSON.stringify can't write all of them. */
const values = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '0',
    '-0',
    '1e999',
    '-1e999',
    '12345678901234567890123',
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '{"__proto__":{"x":1}}',
    '{"__proto__":null,"constructor":1}',
    '{"toString":1,"length":-1,"toJSON":1}',
    '"\\ud800"',
    '"\\u0000"',
    nested(60),
    nested(2000),
    nested(100_000),
    `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`,
    `[${'1,'.repeat(900)}1]`,
    `[${'"x",'.repeat(20_000)}"x"]`,
    `{${'"a":1,'.repeat(6000)}"a":1}`,
  ),
  texts.map((text) => JSON.stringify(text)),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
)

const CHANGED = '@@changed@@'

/** The paths of everything in a value. */
function placesIn(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...at, name]))]
}

/** The JSON of `value` with `put` instead of one of its parts. */
function withValue(value: unknown, place: readonly string[], put: string): string {
  const copy = structuredClone({ value })
  let slot = copy as unknown as Record<string, Record<string, never>>
  const path = ['value', ...place]
  for (const name of path.slice(0, -1)) slot = slot[name]! as never
  slot[path.at(-1)!] = CHANGED as never
  return JSON.stringify(copy.value).replace(JSON.stringify(CHANGED), () => put)
}

/** The JSON of `value` with one more field, before or after the others. */
function withField(value: object, name: string, put: string, first: boolean): string {
  const rest = JSON.stringify(value).slice(1, -1)
  const added = `${JSON.stringify(name)}:${put}`
  const all = [added, ...(rest ? [rest] : [])]
  return `{${(first ? all : all.toReversed()).join(',')}}`
}

const FIELDS = [
  'id',
  'port',
  'ports',
  'security_groups',
  'request_id',
  'error_code',
  'error',
  '__proto__',
  'new_field',
  'page_info',
]

/**
 * What the next number of a seed picks. All values are made first: making each anew would take
 * longer than sending it.
 */
export function hostileResponses(seed: number): (well: object) => RawResponse {
  const next = chance(seed)
  const someValues = fc.sample(values, { numRuns: 300, seed })
  const someTexts = fc.sample(texts, { numRuns: 60, seed })
  const bytes = fc
    .sample(fc.uint8Array({ maxLength: 40 }), { numRuns: 40, seed })
    .map((all) => Buffer.from(all))

  const errorBody = () => {
    const [code, message, id] = [oneOf(someTexts, next), oneOf(someTexts, next), oneOf(someTexts, next)]
    const well = oneOf<object>(
      [
        { error_code: code, error_msg: message, request_id: id },
        { error: { code, message } },
        { code, message, request_id: id },
        { error_code: 'VPC.0106', error_msg: 'no', request_id: 'r' },
      ],
      next,
    )
    return next() < 0.7
      ? JSON.stringify(well)
      : withValue(well, oneOf(placesIn(well), next), oneOf(someValues, next))
  }

  const body = (well: object): string | Buffer => {
    const text = JSON.stringify(well)
    const n = next()
    if (n < 0.3) return withValue(well, oneOf(placesIn(well), next), oneOf(someValues, next))
    if (n < 0.45) return withField(well, oneOf(FIELDS, next), oneOf(someValues, next), next() < 0.5)
    if (n < 0.6) {
      // One more field in the port, or in the other object of the response.
      const [name, inner] = Object.entries(well)[0] ?? ['port', {}]
      if (typeof inner !== 'object' || Array.isArray(inner)) return oneOf(someValues, next)
      const put = withField(inner as object, oneOf(FIELDS, next), oneOf(someValues, next), next() < 0.5)
      return withValue(well, [name], put)
    }
    if (n < 0.75) return errorBody()
    return oneOf<string | Buffer>(
      [
        '',
        text,
        text.slice(0, Math.floor(next() * text.length)),
        `\ufeff${text}`,
        `\0${text}`,
        `${text}${text}`,
        `// ${text}`,
        Buffer.from(text, 'utf16le'),
        Buffer.from(text.replace('id', '\xff'), 'latin1'),
        gzipSync(text),
        deflateSync(text),
        '<html>',
        oneOf(bytes, next),
        oneOf(someValues, next),
      ],
      next,
    )
  }

  const headers = (): [string, string][] => {
    const some: [string, string][] = [
      ['content-type', 'application/json'],
      ['content-type', 'application/json; charset=utf-16'],
      ['content-type', LONG.slice(0, 3000)],
      ['content-encoding', 'gzip'],
      ['content-encoding', 'br, zstd'],
      ['x-request-id', oneOf(someTexts, next).replace(/[^\x20-\x7e\x80-\xff]/g, '')],
      ['x-request-id', LONG],
      ['retry-after', oneOf(['0', '-1', '1e9', '999999999', 'Wed, 21 Oct 9999 07:28:00 GMT', 'x'], next)],
      ['location', 'http://127.0.0.1:1/'],
      ['set-cookie', 'portside_session=x'],
      ['__proto__', 'x'],
      ['connection', 'close'],
      ['connection', 'upgrade'],
      ['trailer', 'x'],
      ['x-many', 'y'],
    ]
    return Array.from({ length: Math.floor(next() * 3) }, () => oneOf(some, next))
  }

  /** How the bytes of a whole response are damaged. */
  const cut = (whole: RawResponse): RawResponse => {
    const { bytes: all } = whole
    const part = all.subarray(0, Math.floor(next() * all.length))
    const text = (from: RegExp, to: string) => Buffer.from(all.toString('latin1').replace(from, to), 'latin1')
    const n = next()
    if (n < 0.25) return { bytes: part, ending: 'close' }
    if (n < 0.5) return { bytes: part, ending: 'break' }
    // Nothing more is sent, so the proxy times out.
    if (n < 0.505) return { bytes: part, ending: 'keep' }
    if (n < 0.56) return { bytes: Buffer.concat([all, all]), ending: 'close' }
    if (n < 0.6)
      return {
        bytes: Buffer.concat([Buffer.from('HTTP/1.1 103 X\r\nlink: x\r\n\r\n'), all]),
        ending: 'close',
      }
    const length = /content-length: \d+/
    return {
      bytes: oneOf(
        [
          text(length, 'content-length: 999999999'),
          text(length, 'content-length: 3'),
          text(length, 'content-length: -1'),
          text(length, 'content-length: 5\r\ncontent-length: 6'),
          text(length, 'x: y'),
          text(length, 'transfer-encoding: chunked'),
          text(length, 'transfer-encoding: gzip, chunked'),
          text(/content-length: \d+\r\n\r\n/, 'transfer-encoding: chunked\r\n\r\n5\r\n'),
          text(/content-length: \d+\r\n\r\n/, 'transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n'),
          text(length, `x: ${'y'.repeat(40_000)}`),
          text(length, `${'a: b\r\n'.repeat(3000)}c: d`),
          text(/: /g, ' '),
          text(/\r\n/g, '\n'),
        ],
        next,
      ),
      ending: 'close',
    }
  }

  return (well) => {
    const statusLine = next() < 0.5 ? 'HTTP/1.1 200 OK' : oneOf(STATUS_LINES, next)
    const whole = http(statusLine, headers(), body(well))
    if (next() < 0.25) return cut(whole)
    // Without a final status the proxy waits for one.
    const waitsOn = statusLine.startsWith('HTTP/1.1 1') || next() < 0.1
    return { ...whole, ending: waitsOn ? 'close' : 'keep' }
  }
}
