import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { ProxyConfig } from '../config.ts'
import type { Metrics } from './metrics.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** The `error_code` of a response that is an error. */
    errorCode: string | undefined
  }
}

/** The log: one JSON object a line, on stderr. docs/operations.md names the fields. */
export function createLog({ logLevel }: Pick<ProxyConfig, 'logLevel'>): FastifyBaseLogger {
  // Nothing logs headers. Should it happen all the same, what authenticates is left out.
  const secrets = ['authorization', 'cookie', '["set-cookie"]', '["x-auth-token"]', '["x-security-token"]']
  const paths = secrets.flatMap((name) => {
    const at = name.startsWith('[') ? name : `.${name}`
    return [`headers${at}`, `req.headers${at}`, `res.headers${at}`]
  })
  return pino(
    {
      level: logLevel,
      redact: paths,
      serializers: { err: pino.stdSerializers.err },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    pino.destination(2),
  )
}

/** The ID that a load balancer gave the request, when it looks like one; else a new one. */
export function requestId({ headers }: { headers: IncomingHttpHeaders }): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.:=+/-]{8,128}$/.test(given) ? given : randomUUID()
}

/**
 * Logs and counts every response: changes and refusals at `info`, failures of Portside or the
 * platform at `warn`, reads at `debug`. Each response carries its request's ID as X-Request-Id.
 */
export function logResponses(app: FastifyInstance, metrics: Metrics | undefined): void {
  const logsReads = app.log.level === 'debug' || app.log.level === 'trace'
  app.decorateReply('errorCode', undefined)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    done()
    const { method } = request
    const { statusCode: status, errorCode: error_code } = reply
    // By route, not by address: the sign-in address is a secret.
    const route = request.routeOptions.url ?? 'none'
    metrics?.responded({ method, route, status, seconds: reply.elapsedTime / 1000, error_code })
    const level =
      status >= 500 ? 'warn' : status >= 400 || (method !== 'GET' && method !== 'HEAD') ? 'info' : 'debug'
    if (level === 'debug' && !logsReads) return
    request.log[level]({ method, route, status, ms: Math.round(reply.elapsedTime), error_code }, 'responded')
  })
}
