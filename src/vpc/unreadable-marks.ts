/**
 * Where a response of the proxy names the entries of the platform's list that can't be read: they
 * are left out of the list itself. Portside's own field, not the platform's.
 */
export const UNREADABLE = 'portside:unreadable'

/** Marks a rule in the place of entries that can't be read: why, in words. */
export const UNREADABLE_RULE = 'portside:unreadable_rule'
