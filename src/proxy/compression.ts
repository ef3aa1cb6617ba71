import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'

/** Below this many bytes, compressing costs more time than sending saves on a slow line. */
const SMALLEST_BYTES = 4096

/**
 * Compresses large answers of `app` for browsers that take it: a list of groups with its rules is a
 * tenth then. No answer has both a secret and what an asker can choose, so its length tells
 * nothing.
 */
export async function compressResponses(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    globalDecompression: false,
    threshold: SMALLEST_BYTES,
    encodings: ['br', 'gzip'],
    // The best would take longer than sending without.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  })
}
