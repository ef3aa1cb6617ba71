// A server on the way to the platform that does nothing but that: Fastify, undici and the
// platform's signature, as the proxy has them; without session, check, or reading a response.
// From the environment: UPSTREAM, ACCESS_KEY, SECRET_KEY. Prints its address. Any second server on
// the same cores costs about this.
import Fastify from 'fastify'
import { Pool } from 'undici'
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js'

const { UPSTREAM, ACCESS_KEY, SECRET_KEY } = process.env
const credentials = { getAk: () => ACCESS_KEY, getSk: () => SECRET_KEY }
const pool = new Pool(UPSTREAM, { connections: 32, headersTimeout: 0, bodyTimeout: 0 })
const app = Fastify({ return503OnClosing: false, exposeHeadRoutes: false })

app.get('/api/*', (request, reply) => {
  const [path, query] = request.url.slice('/api'.length).split('?')
  const headers = AKSKSigner.sign(
    {
      endpoint: UPSTREAM + path,
      method: 'GET',
      queryParams: Object.fromEntries(new URLSearchParams(query)),
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      data: undefined,
    },
    credentials,
  )
  const chunks = []
  pool.dispatch(
    { path: query === undefined ? path : `${path}?${query}`, method: 'GET', headers },
    {
      onRequestStart() {},
      onResponseStart(_, status) {
        reply.code(status)
      },
      onResponseData: (_, chunk) => chunks.push(chunk),
      onResponseEnd() {
        void reply.type('application/json; charset=utf-8').send(Buffer.concat(chunks))
      },
      onResponseError(_, error) {
        void reply.send(error)
      },
    },
  )
  return reply
})

console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
