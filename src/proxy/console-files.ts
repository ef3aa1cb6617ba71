import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { ownError } from './errors.ts'
import { plainPage, sendPage } from './plain-page.ts'

const NOT_BUILT = plainPage(
  'The console is not built yet',
  'Run <code>npm run build</code> in the folder of Portside, then reload this page.',
)

/**
 * Serves the built console from `folder`. Browsers keep files with a hash in their name for good,
 * and ask for all others each time. Addresses of the console's own views get index.html. Every
 * other address without a route is Portside.NotFound.
 */
export async function serveConsole(app: FastifyInstance, folder: string): Promise<void> {
  const root = resolve(folder)
  await app.register(async (files) => {
    files.addHook('onRoute', (route) => {
      route.config = { ...route.config, page: true }
    })
    await files.register(fastifyStatic, {
      root,
      preCompressed: true,
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders(reply, path) {
        const hashed = path.startsWith(join(root, 'assets'))
        reply.setHeader('vary', 'accept-encoding')
        reply.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
    files.setNotFoundHandler(async (request, reply) => {
      const isView = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
      if (!isView)
        throw ownError('Portside.NotFound', `There is nothing at ${request.method} ${pathOf(request.url)}.`, {
          advice: 'Check the method and the path, or start at / in a browser.',
        })
      if (!existsSync(join(root, 'index.html'))) return sendPage(reply, 503, NOT_BUILT)
      return reply.sendFile('index.html')
    })
  })
}

function pathOf(url: string): string {
  return url.split('?')[0] ?? url
}
