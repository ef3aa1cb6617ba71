import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod/mini'
import { uuid } from '../vpc/ids.ts'
import type { Platform } from './platform.ts'
import type { Conditions } from './conditions.ts'
import { quotaRequest } from './counted-calls.ts'
import { overlaysRequest } from './overlays.ts'
import { regionOf, regionSetting } from './region.ts'
import { PlatformError } from './error-codes.ts'
import { faultsRequest, setList, type Faults } from './faults.ts'
import { PLATFORM_CALLS, projectOfCall } from './platform-calls.ts'
import { readBody } from './port-calls.ts'

const listRequest = z.strictObject({ security_groups: z.array(uuid) })

/**
 * The emulator's own endpoints, outside the platform's paths and open to this machine only.
 * - `POST` and `DELETE /_emulator/faults`: faults on demand (faults.ts).
 * - `PUT /_emulator/region`: what the endpoint offers (region.ts).
 * - `PUT /_emulator/overlays`: objects that are shown in odd forms (overlays.ts).
 * - `PUT /_emulator/quota`, `GET` and `DELETE /_emulator/calls`: how many calls a project may make,
 *   and how many came, by kind (counted-calls.ts).
 * - `POST /_emulator/ports/{port_id}/security-groups`: the list of a port is changed as somebody in
 *   another console would change it.
 * - `POST /_emulator/reset`: all as it was at the start.
 * - `/_emulator/v3/...` and so on: the platform's reads, without signature, fault, quota or odd
 *   form, in every region.
 */
export function addControls(
  app: FastifyInstance,
  platform: Platform,
  faults: Faults,
  conditions: Conditions,
): void {
  app.addHook('onRequest', async (request) => refuseOthers(request))

  const shown = () => ({ faults: faults.list() })
  app.get('/_emulator/faults', async () => shown())
  app.post('/_emulator/faults', async ({ body }) => {
    faults.add(readBody(faultsRequest, body as Buffer).faults)
    return shown()
  })
  app.delete('/_emulator/faults', async () => {
    faults.clear()
    return shown()
  })

  app.put('/_emulator/region', async ({ body }) => {
    const setting = readBody(regionSetting, body as Buffer)
    conditions.region = regionOf(setting)
    return setting
  })
  app.put('/_emulator/overlays', async ({ body }) => {
    conditions.overlays = readBody(overlaysRequest, body as Buffer).overlays
    return { overlays: conditions.overlays }
  })
  app.put('/_emulator/quota', async ({ body }) => {
    conditions.calls.setQuota(readBody(quotaRequest, body as Buffer).quota)
    return conditions.calls.shown()
  })
  app.get('/_emulator/calls', async () => conditions.calls.shown())
  app.delete('/_emulator/calls', async () => {
    conditions.calls.clear()
    return conditions.calls.shown()
  })

  app.post<{ Params: { port_id: string } }>(
    '/_emulator/ports/:port_id/security-groups',
    async ({ params, body }) => {
      const { security_groups } = readBody(listRequest, body as Buffer)
      return { security_groups: setList(platform, params.port_id, () => security_groups) }
    },
  )

  for (const { method, path, respond } of PLATFORM_CALLS)
    if (method === 'GET')
      app.get<{ Params: { project_id?: string; id?: string } }>(
        `/_emulator${path}`,
        async ({ params, url, headers }) => {
          const { project_id, id = '' } = params
          const search = url.split('?').slice(1).join('?')
          return respond({
            platform,
            project: projectOfCall(platform, project_id, headers),
            region: conditions.region,
            id,
            url: `http://${headers.host}${url}`,
            search,
            body: Buffer.alloc(0),
          }).body
        },
      )

  app.post('/_emulator/reset', async () => {
    platform.reset()
    faults.clear()
    conditions.reset()
    return {}
  })
}

/**
 * Only this machine's own programs: no other host, and no page in a browser that happens to run
 * here.
 */
function refuseOthers(request: FastifyRequest): void {
  const peer = request.socket.remoteAddress ?? ''
  const local = /^(::ffff:)?127\./.test(peer) || peer === '::1'
  if (!local || request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined)
    throw new PlatformError(
      'notFromHere',
      'The emulator is controlled from this machine, outside browsers, only.',
    )
}
