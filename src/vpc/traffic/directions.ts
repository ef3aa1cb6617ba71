import type { Family } from './addresses.ts'

/** The directions of rules (docs/platform.md, Objects). */
export type Direction = 'ingress' | 'egress'
/** Both directions, in the order they are shown. */
export const DIRECTIONS: readonly Direction[] = ['ingress', 'egress']
/** Both families, in the order they are shown. */
export const FAMILIES: readonly Family[] = ['IPv4', 'IPv6']
