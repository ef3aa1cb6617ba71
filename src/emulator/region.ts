import * as z from 'zod/mini'

/**
 * What an endpoint offers (docs/platform.md, Regions without v3). A region is set by names, which
 * add up: `['v1-only', 'enterprise-required']`. Without any, all calls are there. A call that is
 * missing meets no fault and no quota, but it is counted.
 */
const LIKE = {
  /** No v3 reads of ports. */
  'no-v3-port-reads': { missing: ['v3 port reads'] },
  /** No v3 calls of ports: no reads, no insert, no remove. */
  'no-v3-ports': { missing: ['v3 port reads', 'v3 port changes'] },
  /** No insert and no remove: a list is changed by the port update only. */
  'update-only': { missing: ['v3 port changes'] },
  'no-address-groups': { missing: ['address groups'] },
  'v1-and-v2.0': { missing: ['v3 port reads', 'v3 port changes', 'v3 groups', 'address groups'] },
  'v1-only': { missing: ['v3 port reads', 'v3 port changes', 'v3 groups', 'address groups', 'v2.0'] },
  'v2.0-only': { missing: ['v3 port reads', 'v3 port changes', 'v3 groups', 'address groups', 'v1'] },
  /**
   * The v1 and v2.0 rules have no priority, action and enabled. Such a stack knows no rules that
   * deny, and none that are off: it has only the others.
   */
  'oldest-rules': { oldestRules: true },
  /** Lists that take `enterprise_project_id` are refused without it: 403. */
  'enterprise-required': { enterpriseProject: 'required' },
  /** Lists that take `enterprise_project_id` are empty without it: 200. */
  'enterprise-empty': { enterpriseProject: 'empty' },
} as const satisfies Record<string, Partial<Omit<Region, 'missing'>> & { missing?: ApiPart[] }>

/** A part of the platform's API that an endpoint may lack. */
export type ApiPart = 'v3 port reads' | 'v3 port changes' | 'v3 groups' | 'address groups' | 'v1' | 'v2.0'

/** The names of which a region's setting is made. */
export const regionNames = Object.keys(LIKE) as (keyof typeof LIKE)[]

/**
 * How a call that is missing is refused: with one of the two codes in the platform's form, with a
 * 404 or a 405 that is no JSON.
 */
export const noSuchApiForms = ['APIGW.0101', 'APIG.0101', 'bare-404', 'bare-405'] as const
type NoSuchApiForm = (typeof noSuchApiForms)[number]

/** A region's setting, in the options of the emulator and as the body of PUT /_emulator/region. */
export const regionSetting = z.strictObject({
  like: z.optional(z.array(z.enum(regionNames))),
  no_such_api: z.optional(z.enum(noSuchApiForms)),
})
/** A region's setting. */
export type RegionSetting = z.infer<typeof regionSetting>

/** What an endpoint offers, and how. */
export type Region = {
  missing: ReadonlySet<ApiPart>
  noSuchApi: NoSuchApiForm
  oldestRules: boolean
  enterpriseProject: 'optional' | 'required' | 'empty'
}

/** The region of a setting. */
export function regionOf({ like = [], no_such_api = 'APIGW.0101' }: RegionSetting): Region {
  const chosen: (Partial<Omit<Region, 'missing'>> & { missing?: readonly ApiPart[] })[] = like.map(
    (name) => LIKE[name],
  )
  return {
    oldestRules: false,
    enterpriseProject: 'optional',
    ...Object.assign({}, ...chosen),
    missing: new Set(chosen.flatMap(({ missing = [] }) => missing)),
    noSuchApi: no_such_api,
  }
}
