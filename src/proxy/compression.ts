import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'

/** With fewer bytes, compressing takes longer than it saves on a slow line. */
const SMALLEST_BYTES = 4096

/**
 * Compresses large responses of `app` for browsers that accept it: a list of groups with its rules
 * shrinks to a tenth. No response has both a secret and text that the sender of a request can
 * choose, so its length reveals nothing.
 */
export async function compressResponses(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    globalDecompression: false,
    threshold: SMALLEST_BYTES,
    encodings: ['br', 'gzip'],
    // The best quality would take longer than sending uncompressed.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  })
}
