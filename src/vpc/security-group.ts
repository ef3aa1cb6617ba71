import * as z from 'zod/mini'
import { shown } from './shown-field.ts'

const id = z.string().check(z.minLength(1, 'must not be empty'))

/**
 * A security group rule (docs/platform.md, Objects). Its ID and its group say whose it is. What it
 * says of traffic is judged where traffic is compared (src/vpc/traffic/rules.ts), field by field: a
 * rule that can't be read makes only its own traffic undecided. All else is kept as it came.
 */
export const securityGroupRule = z.looseObject({
  id,
  security_group_id: id,
  direction: shown,
  description: shown,
  protocol: shown,
  ethertype: shown,
  multiport: shown,
  port_range_min: shown,
  port_range_max: shown,
  action: shown,
  priority: shown,
  remote_group_id: shown,
  remote_ip_prefix: shown,
  remote_address_group_id: shown,
  enabled: shown,
  project_id: shown,
  created_at: shown,
  updated_at: shown,
})

/** A rule as the platform returned it. */
export type SecurityGroupRule = z.infer<typeof securityGroupRule>

/** A security group as the list has it: without its rules (docs/platform.md, Objects). */
export const securityGroup = z.looseObject({
  id,
  name: shown,
  description: shown,
  project_id: shown,
  enterprise_project_id: shown,
  tags: shown,
  created_at: shown,
  updated_at: shown,
})

/** A security group as the list has it. */
export type SecurityGroup = z.infer<typeof securityGroup>

/** A security group as the show call has it: with its rules (docs/platform.md, Objects). */
export const securityGroupWithRules = z.extend(securityGroup, {
  security_group_rules: z.array(securityGroupRule),
})

type Text = string | null | undefined

/** A rule in the documented form (docs/platform.md, Objects), as the emulator makes it. */
export type DocumentedRule = SecurityGroupRule & {
  direction: string
  description?: Text
  protocol?: string | number | null | undefined
  ethertype?: Text
  multiport?: string | number | null | undefined
  action?: Text
  priority?: number | null | undefined
  remote_group_id?: Text
  remote_ip_prefix?: Text
  remote_address_group_id?: Text
  enabled?: boolean | null | undefined
}

/** A group in the documented form (docs/platform.md, Objects), as the emulator makes it. */
export type DocumentedGroup = SecurityGroup & {
  name?: Text
  description?: Text
  project_id?: Text
  enterprise_project_id?: Text
  tags?: { key: string; value?: Text }[] | null | undefined
}
