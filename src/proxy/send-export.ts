import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/**
 * Sends records as a file that the browser keeps.
 * @param what part of its name: 'records'
 */
export function sendExport(
  reply: FastifyReply,
  what: string,
  format: 'csv' | 'jsonl',
  stream: Readable,
): FastifyReply {
  const day = new Date().toISOString().slice(0, 10)
  return reply
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="portside-${what}-${day}.${format}"`)
    .type(`${format === 'csv' ? 'text/csv' : 'application/jsonl'}; charset=utf-8`)
    .send(stream)
}
