import type { FastifyBaseLogger } from 'fastify'
import {
  apiVersions,
  offeredParts,
  type ApiVersion,
  type OfferedPart,
  type Offers,
} from '../../vpc/offers.ts'
import type { ProxyProject } from '../config.ts'
import { NoSuchApiError } from './upstream.ts'

/** After so long, what was found out of an endpoint is found out again. */
export const LOOK_AGAIN_MS = 10 * 60_000

/** A part as it was found, and until when (as of Date.now()) that counts. */
type Found = { value: Offers[OfferedPart]; until: number }

type OffersContext = {
  projectOf: (projectId: string) => ProxyProject
  log: FastifyBaseLogger
}

/**
 * What endpoints offer, by project: what PORTSIDE_PROJECTS sets, and what their responses said,
 * remembered for a while.
 */
export class OffersFound {
  readonly #context: OffersContext
  readonly #found = new Map<string, Map<OfferedPart, Found>>()
  readonly #rulesLack = new Map<string, readonly string[]>()

  constructor(context: OffersContext) {
    this.#context = context
  }

  /** What is known of a project's endpoint now. */
  of(projectId: string): Offers {
    const found: Partial<Record<OfferedPart, unknown>> = {}
    for (const part of offeredParts) found[part] = this.#valid(projectId, part)?.value
    const known = { ...(found as Offers), ...this.#set(projectId) }
    return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Offers
  }

  /** The parts that PORTSIDE_PROJECTS sets. */
  setParts(projectId: string): OfferedPart[] {
    const set = this.#set(projectId)
    return offeredParts.filter((part) => set[part] !== undefined)
  }

  /** Notes a part as it was found; not where it is set. */
  note<P extends OfferedPart>(projectId: string, part: P, value: NonNullable<Offers[P]>): void {
    if (this.#set(projectId)[part] !== undefined || this.#valid(projectId, part)?.value === value) return
    const parts = this.#found.get(projectId) ?? new Map<OfferedPart, Found>()
    this.#found.set(projectId, parts)
    if (parts.get(part)?.value !== value) {
      const { endpoint } = this.#context.projectOf(projectId)
      const level = value === 'v3' || value === true ? 'debug' : 'info'
      this.#context.log[level](
        { project_id: projectId, endpoint, part, offered: value },
        'what the endpoint offers',
      )
    }
    parts.set(part, { value, until: Date.now() + LOOK_AGAIN_MS })
  }

  /** Forgets a part, or all of them. */
  forget(projectId: string, part?: OfferedPart): void {
    if (part === undefined) this.#found.delete(projectId)
    else this.#found.get(projectId)?.delete(part)
  }

  /** Fields that no rule had which was read in an old form. */
  rulesLack(projectId: string): readonly string[] {
    const { rules } = this.of(projectId)
    return rules === 'v1' || rules === 'v2.0' ? (this.#rulesLack.get(projectId) ?? []) : []
  }

  noteRulesLack(projectId: string, fields: readonly string[]): void {
    this.#rulesLack.set(projectId, fields)
  }

  /**
   * Reads a part by the version that the endpoint offers: the one that is known, else the newest
   * that is not missing.
   * @throws what the read throws; where all are missing, the refusal of v3, which should exist: the
   *   address is wrong
   */
  async read<T>(
    projectId: string,
    part: 'ports' | 'groups' | 'rules',
    forms: Readonly<Record<ApiVersion, () => Promise<T>>>,
  ): Promise<T> {
    const set = this.#set(projectId)[part]
    if (set !== undefined) return forms[set]()
    const known = this.#valid(projectId, part)?.value as ApiVersion | undefined
    const order =
      known === undefined || known === apiVersions[0]
        ? apiVersions
        : [known, ...apiVersions.filter((one) => one !== known)]
    let missing: unknown
    for (const version of order)
      try {
        const response = await forms[version]()
        this.note(projectId, part, version)
        return response
      } catch (error) {
        if (!(error instanceof NoSuchApiError)) throw error
        if (version === 'v3') missing = error
      }
    this.forget(projectId, part)
    throw missing
  }

  #set(projectId: string): Offers {
    return this.#context.projectOf(projectId).offers ?? {}
  }

  #valid(projectId: string, part: OfferedPart): Found | undefined {
    const found = this.#found.get(projectId)?.get(part)
    return found !== undefined && found.until > Date.now() ? found : undefined
  }
}
