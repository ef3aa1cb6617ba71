import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'

/** Below this many bytes, compressing costs more time than sending saves on a slow line. */
const SMALLEST_BYTES = 4096

/**
 * Compresses large responses of `app` for browsers that take it: a list of groups with its rules
 * becomes a tenth. No response has both a secret and text that the sender of a request can choose,
 * so its length gives nothing away.
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
