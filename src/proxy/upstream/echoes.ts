import type { ExchangeResponse } from './exchange.ts'

/** What stands in the place of a secret that came back. */
const LEFT_OUT = '(left out by Portside)'
/** Anything shorter is no key, and might be part of a word. */
const SHORTEST = 12

/**
 * An answer without what authenticated its request: gateways that tell what they were sent, and
 * everything in between that does, must not carry keys and tokens into an answer, a log or a
 * record. The secret key itself never leaves, so it can't come back.
 * @param sent the headers of the request, as they went out
 */
export function withoutEchoes(
  answer: ExchangeResponse,
  sent: Readonly<Record<string, string>>,
): ExchangeResponse {
  const secrets = secretsIn(sent)
  if (secrets.length === 0) return answer
  // A success is the platform's own object, and large: there, only what stands as it is is looked
  // for.
  const forms = answer.status === 200 ? secrets : secrets.flatMap(formsOf)
  const inHeaders = Object.values(answer.headers).some((value) => forms.some((form) => value.includes(form)))
  const inBody = forms.some((form) => answer.body.includes(form, 0, 'latin1'))
  if (!inHeaders && !inBody) return answer
  const headers = { ...answer.headers }
  for (const [name, value] of Object.entries(headers)) headers[name] = without(value, forms)
  // Latin-1 keeps every byte as it is.
  const body = inBody ? Buffer.from(without(answer.body.toString('latin1'), forms), 'latin1') : answer.body
  return { ...answer, headers, body }
}

function secretsIn(sent: Readonly<Record<string, string>>): string[] {
  const secrets: string[] = []
  for (const [name, value] of Object.entries(sent)) {
    if (/^x-(auth|security)-token$/i.test(name)) secrets.push(value)
    if (!/^authorization$/i.test(name)) continue
    // SDK-HMAC-SHA256 Access=..., SignedHeaders=..., Signature=...
    for (const [, part] of value.matchAll(/(?:Access|Signature)=([^,\s]+)/g)) secrets.push(part!)
  }
  return secrets.filter(({ length }) => length >= SHORTEST)
}

/** The forms in which programs write a text into another. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
  ]
}

function without(text: string, forms: readonly string[]): string {
  return forms.reduce((left, form) => (left.includes(form) ? left.replaceAll(form, LEFT_OUT) : left), text)
}
