import { paths, nativeUpdatePortPath, updatePortPath } from '../../vpc/paths.ts'
import { offeredParts, type OfferedPart, type OffersResponse } from '../../vpc/offers.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import type { ProxyProject } from '../config.ts'
import { ProxyError } from '../errors.ts'
import type { ExchangeResponse } from './exchange.ts'
import { isNoSuchApi } from './no-such-api.ts'
import type { OffersFound } from './offers.ts'
import { readErrorResponse } from './read-response.ts'
import { checkedAddressGroups } from './response-schemas.ts'
import type { UnsignedRequest } from './signing.ts'
import { NoSuchApiError, type Reads } from './upstream.ts'

/** No port and no group has this ID. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

type Trouble = OffersResponse['troubles'][number]

type FindContext = {
  offers: OffersFound
  reads: Reads
  projectOf: (projectId: string) => ProxyProject
  /** Sends a request once. @throws ProxyError when no response came */
  send: (request: UnsignedRequest) => Promise<ExchangeResponse>
}

/** Finds out what endpoints offer, part by part: only what is not known. */
export class OffersFinder {
  readonly #context: FindContext
  readonly #underWay = new Map<string, Promise<OffersResponse>>()

  constructor(context: FindContext) {
    this.#context = context
  }

  /** See Upstream.findOffers. Those who ask at the same time get the same result. */
  find(projectId: string, anew = false): Promise<OffersResponse> {
    const underWay = this.#underWay.get(projectId)
    if (underWay) return underWay
    const finding = this.#find(projectId, anew).finally(() => this.#underWay.delete(projectId))
    this.#underWay.set(projectId, finding)
    return finding
  }

  async #find(projectId: string, anew: boolean): Promise<OffersResponse> {
    const { offers, projectOf } = this.#context
    if (anew) offers.forget(projectId)
    const known = offers.of(projectId)
    const troubles = await Promise.all(
      offeredParts.filter((part) => known[part] === undefined).map((part) => this.tryPart(projectId, part)),
    )
    return {
      offers: offers.of(projectId),
      set: offers.setParts(projectId),
      troubles: troubles.filter((trouble) => trouble !== undefined),
      rules_lack: [...offers.rulesLack(projectId)],
      enterprise_project_id: projectOf(projectId).enterprise_project_id ?? null,
    }
  }

  /** Tries a part and notes what was found. @returns what was in the way */
  async tryPart(projectId: string, part: OfferedPart): Promise<Trouble | undefined> {
    const { offers, reads } = this.#context
    try {
      switch (part) {
        case 'ports':
          await reads.readPorts(projectId, { limit: 1 })
          return undefined
        case 'groups':
          await reads.readGroups(projectId, { limit: 1 })
          return undefined
        case 'rules':
          await reads.readRules(projectId, { limit: 1 })
          return undefined
        case 'address_groups':
          await reads.read(paths.addressGroups(projectId), 'limit=1', checkedAddressGroups)
          offers.note(projectId, part, true)
          return undefined
        case 'steps':
          return await this.#trySteps(projectId)
        case 'update':
          return await this.#tryUpdate(projectId)
      }
    } catch (error) {
      if (!(error instanceof ProxyError)) throw error
      if (part === 'address_groups' && error instanceof NoSuchApiError) {
        offers.note(projectId, part, false)
        return undefined
      }
      return { part, status: error.status, error: error.error }
    }
  }

  /** A dry run of an insert into a port that does not exist. */
  async #trySteps(projectId: string): Promise<Trouble | undefined> {
    const { offers } = this.#context
    const { missing, trouble } = await this.#tryChange({
      path: paths.insert(projectId, NOBODY),
      body: { port: { security_groups: [NOBODY] }, dry_run: true },
    })
    if (missing !== undefined) offers.note(projectId, 'steps', !missing)
    return trouble && { part: 'steps', ...trouble }
  }

  /**
   * An update of a port that does not exist, of no attribute: it could change nothing.
   */
  async #tryUpdate(projectId: string): Promise<Trouble | undefined> {
    const { offers } = this.#context
    const body = { port: {} }
    const first = await this.#tryChange({ path: updatePortPath(projectId, NOBODY), body })
    const found = first.missing
      ? await this.#tryChange({ path: nativeUpdatePortPath(NOBODY), body, project_id: projectId })
      : first
    if (found.missing !== undefined)
      offers.note(projectId, 'update', found.missing ? 'none' : first.missing ? 'v2.0' : 'v1')
    return found.trouble && { part: 'update', ...found.trouble }
  }

  /** `missing` is undefined where the response does not say. */
  async #tryChange(
    request: Pick<UnsignedRequest, 'path' | 'body' | 'project_id'>,
  ): Promise<{ missing?: boolean; trouble?: { status: number; error: PortsideError } }> {
    const response = await this.#context.send({ method: 'PUT', query: [], ...request })
    if (isNoSuchApi(response)) return { missing: true }
    const { status } = response
    const trouble = { status, error: readErrorResponse(response) }
    // A refusal by permission is one of an API that is there.
    if (status === 403) return { missing: false, trouble }
    return status === 401 || status === 429 || status >= 500 || status < 200
      ? { trouble }
      : { missing: false }
  }
}
