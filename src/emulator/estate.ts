import type { AddressGroup } from '../vpc/address-group.ts'
import type { DocumentedPort as Port } from '../vpc/port.ts'
import type {
  DocumentedGroup as SecurityGroup,
  DocumentedRule as SecurityGroupRule,
} from '../vpc/security-group.ts'

/** What an estate is made from; the same values always make the same estate. */
export type EstatePlan = {
  /** Ports and groups of the main project; undefined is the estate as it comes. */
  ports?: number | undefined
  groups?: number | undefined
  /**
   * Chooses among estates of the same size; only what is generated beyond the estate as it comes
   * differs.
   */
  seed: number
}

/** One project with everything in it, in the platform's list order. */
export type ProjectEstate = {
  id: string
  name: string
  /**
   * Ports have no enterprise project of their own on the wire: they belong to that of their VPC.
   */
  vpcs: { id: string; name: string; enterprise_project_id: string }[]
  ports: Port[]
  security_groups: SecurityGroup[]
  security_group_rules: SecurityGroupRule[]
  address_groups: AddressGroup[]
}

/** Everything the emulated platform holds at first. */
export type Estate = { made_from: EstatePlan; projects: ProjectEstate[] }
