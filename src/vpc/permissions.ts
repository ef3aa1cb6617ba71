import type { OfferedPart } from './offers.ts'

/**
 * What a key must be allowed to do for each part: by role and policy, and, where lists have an
 * action of their own, by identity policy (docs/platform.md, Permissions).
 */
export const PERMISSIONS: Readonly<Record<OfferedPart, readonly string[]>> = {
  ports: ['vpc:ports:get', 'vpc:ports:list'],
  groups: ['vpc:securityGroups:get'],
  rules: ['vpc:securityGroupRules:get', 'vpc:securityGroupRules:list'],
  steps: ['vpc:ports:update'],
  update: ['vpc:ports:update'],
  address_groups: ['vpc:addressGroups:get'],
}
