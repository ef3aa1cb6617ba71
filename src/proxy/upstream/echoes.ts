import type { ExchangeResponse } from './exchange.ts'

/** The text that replaces a secret in a response. */
const LEFT_OUT = '(left out by Portside)'
/** Anything shorter is no key, and may be part of a word. */
const SHORTEST = 12

/**
 * A response without what authenticated its request. A gateway, or anything before it, may repeat
 * in its response what it was sent: so keys and tokens must not get into a response of ours, a log
 * or an audit record. The secret key itself is never sent, so no response can have it.
 * @param sent the headers of the request, as they were sent
 */
export function withoutEchoes(
  response: ExchangeResponse,
  sent: Readonly<Record<string, string>>,
): ExchangeResponse {
  const secrets = secretsIn(sent)
  if (secrets.length === 0) return response
  // A success is the platform's own object, and large: it is searched for the plain form only.
  const forms = response.status === 200 ? secrets : secrets.flatMap(formsOf)
  const inHeaders = Object.values(response.headers).some((value) =>
    forms.some((form) => value.includes(form)),
  )
  const inBody = forms.some((form) => response.body.includes(form, 0, 'latin1'))
  if (!inHeaders && !inBody) return response
  const headers = { ...response.headers }
  for (const [name, value] of Object.entries(headers)) headers[name] = without(value, forms)
  // Latin-1 keeps every byte as it is.
  const body = inBody
    ? Buffer.from(without(response.body.toString('latin1'), forms), 'latin1')
    : response.body
  return { ...response, headers, body }
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
