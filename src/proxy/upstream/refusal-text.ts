import type { Refusal } from '../../vpc/errors.ts'
import type { ExchangeResponse } from './exchange.ts'

/** So much of a text is shown. */
const MOST_SHOWN = 300
/** So much of a body is looked at: the words of a page are at its beginning. */
const MOST_READ = 64 * 1024

/**
 * What a refusal says that is not in a JSON form of the platform's: the title and the first text of
 * an HTML page, code and message of an XML document, or the first 300 characters of anything else
 * that is text. Undefined when it has no words.
 */
export function refusalText({
  headers,
  body,
}: Pick<ExchangeResponse, 'headers' | 'body'>): Refusal | undefined {
  const text = decoded(body.subarray(0, MOST_READ), headers['content-type'] ?? '')
  if (text === undefined) return undefined
  const start = text.trimStart()
  if (!start.startsWith('<')) return said({ words: start })
  const { root, elements, words } = readMarkup(start)
  const title = elements.get('title')
  if (root === 'html' || title !== undefined)
    return said({
      words:
        title === undefined || words.startsWith(title) ? words : [title, words].filter(Boolean).join('. '),
    })
  const code = elements.get('error_code') ?? elements.get('errorcode') ?? elements.get('code')
  return said({
    // As an attribute, or as a number, it is the status once more.
    code: code === undefined || /^\d*$/.test(code) ? undefined : code,
    words: elements.get('error_msg') ?? elements.get('message') ?? elements.get('faultstring') ?? words,
    requestId: elements.get('request_id') ?? elements.get('requestid'),
  })
}

/** The refusal in one line, or undefined when it has no word. */
function said({ code, words = '', requestId }: Refusal): Refusal | undefined {
  const line = inOneLine(words)
  if (!/[\p{L}\p{N}]/u.test(line)) return undefined
  const shown = [...line]
  const most = shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN - 1).join('')}…` : line
  return { code, words: most, requestId }
}

function inOneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}

/** The body as text in its own character set, or in UTF-8; undefined when it is neither. */
function decoded(body: Uint8Array, contentType: string): string | undefined {
  const named = /charset\s*=\s*["']?([\w-]+)/i
  const head = Buffer.from(body.subarray(0, 1024)).toString('latin1')
  const ofHead = head.trimStart().startsWith('<') ? named.exec(head)?.[1] : undefined
  const charset = named.exec(contentType)?.[1] ?? ofHead
  for (const one of [charset, 'utf-8'])
    try {
      // A cut may go through a character: `stream` leaves what is not whole.
      if (one !== undefined) return new TextDecoder(one, { fatal: true }).decode(body, { stream: true })
    } catch {
      // Not a character set, or not in it.
    }
  return undefined
}

/** Elements whose text is not for people. */
const SILENT: ReadonlySet<string> = new Set(['script', 'style'])

type Markup = {
  /** The name of the first element. */
  root: string | undefined
  /** The first text of each element, by its name in lower case, without a prefix. */
  elements: Map<string, string>
  /** All text but the title's. */
  words: string
}

/** The texts of HTML or XML, well-formed or not. Goes through it once. */
function readMarkup(markup: string): Markup {
  const elements = new Map<string, string>()
  const lower = markup.toLowerCase()
  let words = ''
  let root: string | undefined
  let current = ''
  const note = (raw: string) => {
    const text = inOneLine(withoutEntities(raw))
    if (text === '') return
    if (current !== 'title') words += `${words === '' ? '' : ' '}${text}`
    if (!elements.has(current)) elements.set(current, text)
  }
  let at = 0
  while (at < markup.length) {
    const open = markup.indexOf('<', at)
    if (open < 0) {
      note(markup.slice(at))
      break
    }
    note(markup.slice(at, open))
    if (markup.startsWith('<![CDATA[', open)) {
      const end = endOf(markup, ']]>', open)
      note(markup.slice(open + 9, end).replace(/\]\]>$/, ''))
      at = end
    } else if (markup.startsWith('<!--', open)) at = endOf(markup, '-->', open)
    else {
      at = endOf(markup, '>', open)
      const tag = /^<(\/?)(?:[\w-]+:)?([a-z][\w-]*)/.exec(lower.slice(open, at))
      if (!tag) continue
      current = tag[1] ? '' : tag[2]!
      root ??= tag[2]!
      if (SILENT.has(current)) {
        const end = lower.indexOf(`</${current}`, at)
        at = end < 0 ? markup.length : end
      }
    }
  }
  return { root, elements, words }
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? text.length : at + mark.length
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

function withoutEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff) ? String.fromCodePoint(point) : whole
  })
}
