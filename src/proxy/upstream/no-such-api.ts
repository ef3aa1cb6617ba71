import type { ExchangeResponse } from './exchange.ts'

const NO_SUCH_API = /^API(?:GW|G)\.0101$/

/**
 * True when a response says that the endpoint does not offer the call (docs/platform.md, Errors):
 * the gateway's code, a 404 that is no JSON, or 405. A 404 in the platform's JSON is about one
 * port or group that does not exist.
 */
export function isNoSuchApi({ status, body }: Pick<ExchangeResponse, 'status' | 'body'>): boolean {
  if (status === 405) return true
  if (status !== 404) return false
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    return true
  }
  const { error_code, code, error } = (value ?? {}) as Record<string, unknown>
  const nested = (error as { code?: unknown } | undefined)?.code
  return [error_code, code, nested].some((one) => typeof one === 'string' && NO_SUCH_API.test(one))
}
