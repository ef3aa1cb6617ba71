import * as z from 'zod/mini'
import { tag } from './port.ts'

const text = z.nullish(z.string())

/**
 * A security group rule (docs/platform.md, Objects). `priority` is 1..100, 1 the highest, default
 * 1; `action` defaults to allow; no `protocol` means any; no remote means any. Parsed tolerantly:
 * unknown fields are kept.
 */
export const securityGroupRule = z.looseObject({
  id: z.string(),
  security_group_id: z.string(),
  direction: z.string(),
  description: text,
  protocol: z.nullish(z.union([z.string(), z.number()])),
  ethertype: text,
  multiport: z.nullish(z.union([z.string(), z.number()])),
  action: text,
  priority: z.nullish(z.number()),
  remote_group_id: text,
  remote_ip_prefix: text,
  remote_address_group_id: text,
  enabled: z.nullish(z.boolean()),
  project_id: text,
  created_at: text,
  updated_at: text,
})

/** A rule as the platform returned it. */
export type SecurityGroupRule = z.infer<typeof securityGroupRule>

/** A security group as the list has it: without its rules (docs/platform.md, Objects). */
export const securityGroup = z.looseObject({
  id: z.string(),
  name: text,
  description: text,
  project_id: text,
  enterprise_project_id: text,
  tags: z.nullish(z.array(tag)),
  created_at: text,
  updated_at: text,
})

/** A security group as the list has it. */
export type SecurityGroup = z.infer<typeof securityGroup>

/** A security group as the show call has it: with its rules (docs/platform.md, Objects). */
export const securityGroupWithRules = z.extend(securityGroup, {
  security_group_rules: z.array(securityGroupRule),
})
