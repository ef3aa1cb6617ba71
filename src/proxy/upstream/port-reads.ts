import type { FastifyBaseLogger } from 'fastify'
import type { PortsResponse } from '../../vpc/responses.ts'
import { paths } from '../../vpc/paths.ts'
import type { Port } from '../../vpc/port.ts'
import { queryString, type PortsQuery } from '../../vpc/requests.ts'
import { V1_MAX_PAGE, v1Paths, v1Query } from '../../vpc/v1-ports.ts'
import { ownError } from '../errors.ts'
import { portResponseOf, portsResponse, v1PortResponseOf, v1PortsResponse } from './response-schemas.ts'
import { UpstreamError, type Asker, type ReadResponse, type Reads } from './upstream.ts'

/** After this long, an endpoint without v3 port reads is tried by v3 again. */
export const LOOK_AGAIN_MS = 10 * 60_000

/** The most pages of the old list that are read for one request: 200,000 ports. */
const MOST_V1_PAGES = 100

/** Endpoints without v3 port reads, and until when (as of Date.now()) v3 is not tried there. */
export type MissingReads = Map<string, number>

type PortReadsContext = {
  endpointOf: (projectId: string) => string
  without: MissingReads
  log: FastifyBaseLogger
}

/**
 * Reads ports by the v3 API. Where the gateway of an endpoint says that there is no such API, reads
 * them by the old one (v1), and returns them in the documented form. Remembers such endpoints for a
 * while.
 * @param read reads any path; what it throws is thrown on
 */
export function portReads(
  read: Reads['read'],
  { endpointOf, without, log }: PortReadsContext,
): Pick<Reads, 'readPort' | 'readPorts'> {
  async function eitherForm<T>(projectId: string, v3: () => Promise<T>, v1: () => Promise<T>): Promise<T> {
    const endpoint = endpointOf(projectId)
    let missing: unknown
    if ((without.get(endpoint) ?? 0) <= Date.now())
      try {
        return await v3()
      } catch (error) {
        if (!isNoSuchApi(error)) throw error
        missing = error
      }
    try {
      const response = await v1()
      if (missing !== undefined) {
        if (!without.has(endpoint))
          log.info({ endpoint }, 'no v3 port reads here: ports are read by the v1 API')
        without.set(endpoint, Date.now() + LOOK_AGAIN_MS)
      }
      return response
    } catch (error) {
      if (!isNoSuchApi(error)) throw error
      // Without both APIs the address is wrong. The error of v3, which should exist, says so.
      without.delete(endpoint)
      if (missing === undefined) return v3()
      throw missing
    }
  }

  async function readV1Ports(
    projectId: string,
    asked: PortsQuery,
    asker?: Asker,
  ): Promise<ReadResponse<PortsResponse>> {
    const translated = v1Query(asked)
    if ('impossible' in translated) throw impossible(translated.impossible)
    const { query, rest, matches } = translated
    const wanted = asked.limit ?? V1_MAX_PAGE
    // What the old list can't filter by is filtered here, over as many of its pages as needed.
    const limit = rest.length > 0 ? V1_MAX_PAGE : wanted
    const found: Port[] = []
    for (let { marker } = asked, pages = 1; ; pages++) {
      const page = await read(
        v1Paths.ports(projectId),
        queryString({ ...query, limit, marker }),
        v1PortsResponse,
        asker,
      )
      const { ports } = page.data
      found.push(...ports.filter(matches).slice(0, wanted - found.length))
      const last = ports.at(-1)?.id
      if (found.length >= wanted || ports.length < limit || last === undefined)
        return listed(page, found, wanted)
      if (last === marker || pages >= MOST_V1_PAGES)
        throw new UpstreamError(
          502,
          ownError(
            'Portside.UnreadableAnswer',
            "The platform's list of ports has the same page again and again, or no end.",
            {
              request_id: page.request_id,
              advice:
                'Try again with fewer filters. If the error comes again, report it with the request ID.',
            },
          ).error,
        )
      marker = last
    }
  }

  return {
    async readPort(projectId, portId, asker) {
      const response = await eitherForm(
        projectId,
        () => read(paths.port(projectId, portId), '', portResponseOf(portId), asker),
        async () =>
          inNewForm(await read(v1Paths.port(projectId, portId), '', v1PortResponseOf(portId), asker)),
      )
      return { ...response, port: response.data.port }
    },
    readPorts: (projectId, query, asker) =>
      eitherForm(
        projectId,
        () => read(paths.ports(projectId), queryString(query), portsResponse, asker),
        () => readV1Ports(projectId, query, asker),
      ),
  }
}

/**
 * The gateway's refusal of a path that it does not know; a port that does not exist has another
 * code (docs/platform.md, Errors).
 */
function isNoSuchApi(error: unknown): boolean {
  return error instanceof UpstreamError && error.status === 404 && error.error.error_code === 'APIGW.0101'
}

function inNewForm<T extends object>(response: ReadResponse<T>): ReadResponse<T> {
  // The old reads have the request ID in a header only.
  const { data, request_id } = response
  return { ...response, body: Buffer.from(JSON.stringify({ ...data, request_id })) }
}

/** The old list names no next marker: after a full page it is the last port's ID. */
function listed(
  page: ReadResponse<PortsResponse>,
  ports: Port[],
  wanted: number,
): ReadResponse<PortsResponse> {
  const last = ports.at(-1)
  const page_info = {
    ...(ports[0] && { previous_marker: ports[0].id }),
    ...(last && ports.length >= wanted && { next_marker: last.id }),
    current_count: ports.length,
  }
  return inNewForm({ ...page, data: { ...page.data, ports, page_info } })
}

function impossible(names: readonly string[]): UpstreamError {
  const { status, error } = ownError(
    'Portside.InvalidRequest',
    `This region has only the old port list (v1), which can't be filtered by ${names.join(' or ')}.`,
    {
      fields: names.map((path) => ({ path, message: 'is no filter of the old port list' })),
      advice: `Leave the filter by ${names.join(' and ')} out.`,
    },
  )
  return new UpstreamError(status, error)
}
