import { uuidOf } from './chance.ts'

/** A subnet of a VPC. Addresses are made by `addressIn`; `ipv6` is set for dual-stack subnets. */
export type Subnet = {
  vpc_id: string
  virsubnet_id: string
  ipv4: { subnet_cidr_id: string; prefix: string }
  ipv6?: { subnet_cidr_id: string; prefix: string }
  zone_id: string
  scope: string
}
/** A VPC; ports in it belong to its enterprise project. */
export type Vpc = { id: string; name: string; enterprise_project_id: string }

const vpc = (name: string, enterprise = '0'): Vpc => ({
  id: uuidOf('vpc', name),
  name,
  enterprise_project_id: enterprise === '0' ? '0' : uuidOf('enterprise-project', enterprise),
})

export const vpcs = {
  production: vpc('vpc-production', 'production'),
  shared: vpc('vpc-shared-services'),
  legacy: vpc('vpc-legacy', 'back-office'),
  edge: vpc('vpc-edge-sites', 'production'),
} as const

function subnet(
  of: Vpc,
  name: string,
  prefix: string,
  zone_id: string,
  ipv6?: string,
  scope = 'center',
): Subnet {
  return {
    vpc_id: of.id,
    virsubnet_id: uuidOf('subnet', of.name, name),
    ipv4: { subnet_cidr_id: uuidOf('cidr', of.name, name, 4), prefix },
    ...(ipv6 && { ipv6: { subnet_cidr_id: uuidOf('cidr', of.name, name, 6), prefix: ipv6 } }),
    zone_id,
    scope,
  }
}

/**
 * Subnets by the name that ports are placed with. `prefix` is what comes before the host's number.
 */
export const subnets = {
  web: subnet(vpcs.production, 'web', '10.20.1.', 'eu-west-101a', '2001:db8:20:1::'),
  app: subnet(vpcs.production, 'app', '10.20.2.', 'eu-west-101a', '2001:db8:20:2::'),
  db: subnet(vpcs.production, 'db', '10.20.3.', 'eu-west-101b'),
  shared: subnet(vpcs.shared, 'shared', '10.240.8.', 'eu-west-101a', '2001:db8:240:8::'),
  bastion: subnet(vpcs.shared, 'bastion', '10.250.0.', 'eu-west-101b'),
  office: subnet(vpcs.legacy, 'office', '10.30.4.', 'eu-west-101c'),
  edge: subnet(vpcs.edge, 'edge', '10.90.0.', 'eu-west-101-edge1', '2001:db8:90::', 'eu-west-101-edge-group'),
} as const

/** Name of a subnet. */
export type SubnetName = keyof typeof subnets
