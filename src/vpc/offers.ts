import * as z from 'zod/mini'
import { portsideError } from './errors.ts'

// What an endpoint offers: some regions and private stacks lack calls (docs/platform.md, Regions
// without v3).

/** The versions of the API by which ports, groups and rules can be read, the newest first. */
export const apiVersions = ['v3', 'v1', 'v2.0'] as const
/** A version of the API. */
export type ApiVersion = (typeof apiVersions)[number]

const readBy = z.optional(z.enum(apiVersions))

/**
 * What an endpoint offers to a project. What is left out is not known. Also a field of
 * PORTSIDE_PROJECTS: what is set there is not found out.
 */
export const offers = z.strictObject({
  /** By which version each is read. */
  ports: readBy,
  groups: readBy,
  rules: readBy,
  /** Whether lists are changed by insert and remove. */
  steps: z.optional(z.boolean()),
  /** By which version a port is updated, which replaces its list in one call. */
  update: z.optional(z.enum(['v1', 'v2.0', 'none'])),
  address_groups: z.optional(z.boolean()),
})
/** What an endpoint offers to a project; what is left out is not known. */
export type Offers = z.infer<typeof offers>

/** The parts of what an endpoint offers, in the order in which they are shown. */
export const offeredParts = ['ports', 'groups', 'rules', 'steps', 'update', 'address_groups'] as const
/** A part of what an endpoint offers. */
export type OfferedPart = (typeof offeredParts)[number]

/** GET api.offers: `anew` has everything found out again that is not set. */
export const offersQuery = z.strictObject({ anew: z.optional(z.boolean()) })

/** Response of GET api.offers: what is known of the endpoint of a project. */
export const offersResponse = z.object({
  offers,
  /** The parts that PORTSIDE_PROJECTS sets. */
  set: z.array(z.enum(offeredParts)),
  /** What the trial of a part met: a refusal, such as 403, or no response. */
  troubles: z.array(z.object({ part: z.enum(offeredParts), status: z.number(), error: portsideError })),
  /** Fields that decide traffic and that no rule had which was read in an old form. */
  rules_lack: z.array(z.string()),
  /** The enterprise project that lists are asked for. */
  enterprise_project_id: z.nullable(z.string()),
})
/** What is known of the endpoint of a project. */
export type OffersResponse = z.infer<typeof offersResponse>
