import type { Port } from './port.ts'

/**
 * Marks a port that was read in the old form (v1), which lacks many fields of the documented one.
 * Portside's own, not the platform's: a field that such a port does not have may well have a value.
 */
export const V1_READ = 'portside:v1_read'

/** True when the port was read in the old form. */
export const isV1Read = (port: Port): boolean => port[V1_READ] === true
