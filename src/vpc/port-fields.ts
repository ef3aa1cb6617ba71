/** Groups of fields for reading. */
export const PORT_SECTIONS = [
  'Identity',
  'State',
  'Addresses',
  'Binding',
  'DHCP',
  'Tags',
  'Instance',
  'Edge',
] as const
/** A group of fields. */
type PortSection = (typeof PORT_SECTIONS)[number]

/** A field of a Port, as the reference page has it (docs/platform.md, Objects, Tables 5 to 10). */
export type PortField = {
  /** As on the wire. */
  name: string
  /** As the table has it. */
  type: string
  /** The table's number. */
  table: number
  /** The table's definition. */
  definition: string
  /** The table's range, a line each, in its words; none where it says N/A. */
  range?: readonly string[]
  /** The documented values, where they are a closed list. */
  values?: readonly string[]
  /** What a text must look like, where the table says so. */
  form?: 'UUID' | 'time' | 'device owner'
  /** At most this many characters. */
  maxLength?: number
  /** The fields of the object, or of each object in the array. */
  fields?: readonly PortField[]
}

/** A field of Table 5, with its place in the reading. */
export type TopPortField = PortField & { section: PortSection }

const UUID_RANGE = ['The value is in UUID format with hyphens (-).']
const TIME_RANGE = ['The value is a UTC time in the format of yyyy-MM-ddTHH:mm:ss.']
const TAG_CHARACTERS =
  'The value can contain: letters, digits, special characters: underscores (_), periods (.), colons (:), plus signs (+), hyphens (-), and equal signs (=), Chinese characters.'

/** Table 6 */
const vifDetails: PortField[] = [
  {
    name: 'primary_interface',
    type: 'Boolean',
    table: 6,
    definition: 'Whether this is the primary network interface of the cloud server.',
    range: [
      'true: This is the primary network interface of the cloud server.',
      'false: This is not the primary network interface of the cloud server.',
    ],
  },
  {
    name: 'port_filter',
    type: 'Boolean',
    table: 6,
    definition:
      'Whether the network service provides port filtering features, such as security groups and anti-MAC/IP spoofing.',
    range: [
      'true: The network service provides port filtering features.',
      'false: The network service does not provide port filtering features.',
    ],
  },
  {
    name: 'ovs_hybrid_plug',
    type: 'Boolean',
    table: 6,
    definition: 'Whether the OVS/bridge hybrid mode is used.',
    range: ['true: The OVS/bridge hybrid mode is used.', 'false: The OVS/bridge hybrid mode is not used.'],
  },
]

/** Table 7 */
const privateIp: PortField[] = [
  {
    name: 'subnet_cidr_id',
    type: 'String',
    table: 7,
    definition: 'ID of the subnet where a port works.',
  },
  { name: 'ip_address', type: 'String', table: 7, definition: 'Private IP address of a port.' },
]

/** Table 8 */
const dhcpOption: PortField[] = [
  {
    name: 'opt_name',
    type: 'String',
    table: 8,
    definition:
      'DHCP attribute name. Name of additional control information or network configuration parameter transmitted when the DHCP server allocates IP addresses to clients.',
  },
  {
    name: 'opt_value',
    type: 'String',
    table: 8,
    definition:
      'DHCP attribute value. Value of additional control information or network configuration parameter transmitted when the DHCP server allocates IP addresses to clients.',
  },
]

/** Table 9 */
const tag: PortField[] = [
  {
    name: 'key',
    type: 'String',
    table: 9,
    definition: 'Tag key.',
    range: [
      'A tag key can contain a maximum of 128 Unicode characters and cannot be left blank.',
      'Each tag key of a resource must be unique.',
      TAG_CHARACTERS,
    ],
    maxLength: 128,
  },
  {
    name: 'value',
    type: 'String',
    table: 9,
    definition: 'Tag value.',
    range: [
      'Each value can contain a maximum of 255 Unicode characters and can be left blank.',
      TAG_CHARACTERS,
    ],
    maxLength: 255,
  },
]

/** Table 10 */
const addressPair: PortField[] = [
  {
    name: 'ip_address',
    type: 'String',
    table: 10,
    definition: 'IP address.',
    range: [
      'Configure a dedicated security group if a large CIDR block (subnet mask less than 24) is configured for parameter allowed_address_pairs.',
      'Single IP address, for example, 192.168.21.25',
      'A CIDR block, for example, 192.168.21.0/24',
    ],
  },
  { name: 'mac_address', type: 'String', table: 10, definition: 'MAC address.' },
]

/** Every field of Table 5, in the order of reading. */
export const PORT_FIELDS: readonly TopPortField[] = [
  {
    name: 'id',
    section: 'Identity',
    type: 'String',
    table: 5,
    definition: 'Port ID.',
    range: UUID_RANGE,
    form: 'UUID',
  },
  {
    name: 'name',
    section: 'Identity',
    type: 'String',
    table: 5,
    definition: 'Port name.',
    range: ['The value can contain no more than 255 characters. This parameter is left blank by default.'],
    maxLength: 255,
  },
  {
    name: 'description',
    section: 'Identity',
    type: 'String',
    table: 5,
    definition: 'Port description.',
    range: ['The value can contain 0 to 255 characters and cannot contain angle brackets (< or >).'],
    maxLength: 255,
  },
  {
    name: 'project_id',
    section: 'Identity',
    type: 'String',
    table: 5,
    definition: 'ID of the project that the port belongs to.',
  },
  {
    name: 'tenant_id',
    section: 'Identity',
    type: 'String',
    table: 5,
    definition: 'ID of the tenant that the port belongs to.',
  },
  {
    name: 'created_at',
    section: 'Identity',
    type: 'String',
    table: 5,
    definition: 'Time when the port was created.',
    range: TIME_RANGE,
    form: 'time',
  },
  {
    name: 'updated_at',
    section: 'Identity',
    type: 'String',
    table: 5,
    definition: 'Time when the port was last updated.',
    range: TIME_RANGE,
    form: 'time',
  },
  {
    name: 'status',
    section: 'State',
    type: 'String',
    table: 5,
    definition: 'Port status.',
    range: [
      'ACTIVE: The port is active and can be used for communications.',
      'BUILD: The port is being created or configured.',
      'DOWN: The port is inactive and cannot be used for communications. The status of a HANA SR-IOV VM port is always DOWN.',
    ],
    values: ['ACTIVE', 'BUILD', 'DOWN'],
  },
  {
    name: 'admin_state_up',
    section: 'State',
    type: 'Boolean',
    table: 5,
    definition: 'Administrative state of this port.',
    range: ['The value can be true (default) or false'],
  },
  {
    name: 'port_security_enabled',
    section: 'State',
    type: 'Boolean',
    table: 5,
    definition:
      'Whether the security option is enabled for a port. If the option is not enabled, the security group and DHCP snooping do not take effect.',
    range: [
      'true: The security option is enabled for a port.',
      'false: The security option is not enabled for a port.',
    ],
  },
  {
    name: 'security_groups',
    section: 'State',
    type: 'Array of strings',
    table: 5,
    definition: 'Security groups bound to a port.',
  },
  {
    name: 'enable_efi',
    section: 'State',
    type: 'Boolean',
    table: 5,
    definition: 'Whether to enable efi. If efi is enabled, the port supports vRoCE.',
    range: ['true: efi is enabled.', 'false: efi is disabled.'],
  },
  {
    name: 'private_ips',
    section: 'Addresses',
    type: 'Array of PrivateIpInfo objects',
    table: 5,
    definition: 'Private IP address of a port.',
    fields: privateIp,
  },
  {
    name: 'mac_address',
    section: 'Addresses',
    type: 'String',
    table: 5,
    definition: 'MAC address of the port.',
  },
  {
    name: 'allowed_address_pairs',
    section: 'Addresses',
    type: 'Array of AllowedAddressPair objects',
    table: 5,
    definition: 'IP address and MAC address pairs of the port.',
    range: [
      'The IP address cannot be 0.0.0.0/0.',
      'Configure a dedicated security group if a large CIDR block (subnet mask less than 24) is configured for parameter allowed_address_pairs.',
      'If the value of allowed_address_pairs is 1.1.1.1/0, the source/destination check is disabled.',
      'Set allowed_address_pairs of the cloud server network interface to 1.1.1.1/0.',
    ],
    fields: addressPair,
  },
  {
    name: 'virsubnet_id',
    section: 'Addresses',
    type: 'String',
    table: 5,
    definition: 'ID of the virtual subnet that the port belongs to.',
    range: UUID_RANGE,
    form: 'UUID',
  },
  {
    name: 'vpc_id',
    section: 'Addresses',
    type: 'String',
    table: 5,
    definition: 'ID of the VPC that the port belongs to.',
    range: UUID_RANGE,
    form: 'UUID',
  },
  {
    name: 'vpc_tenant_id',
    section: 'Addresses',
    type: 'String',
    table: 5,
    definition: 'Tenant ID of the VPC that the port belongs to.',
  },
  {
    name: 'vtep_ip',
    section: 'Addresses',
    type: 'String',
    table: 5,
    definition: 'VTEP IP address of the port, that is, the IP address of the virtual tunnel endpoint.',
  },
  {
    name: 'binding:host_id',
    section: 'Binding',
    type: 'String',
    table: 5,
    definition: 'ID of the host where the port is located.',
  },
  {
    name: 'binding:vif_type',
    section: 'Binding',
    type: 'String',
    table: 5,
    definition:
      'Interface type of the port. The value can be ovs, hw_veb, or others. This is an extended attribute.',
  },
  {
    name: 'binding:vnic_type',
    section: 'Binding',
    type: 'String',
    table: 5,
    definition: 'Type of the bound vNIC.',
    range: [
      'normal: softswitch.',
      'direct: SR-IOV PCIe passthrough (not supported).',
      'baremetal: used for bare metal servers.',
    ],
    values: ['normal', 'direct', 'baremetal'],
  },
  {
    name: 'binding:vif_details',
    section: 'Binding',
    type: 'binding:vif_details object',
    table: 5,
    definition: 'Detailed information about the VIF.',
    fields: vifDetails,
  },
  {
    name: 'binding:profile',
    section: 'Binding',
    type: 'Object',
    table: 5,
    definition: 'User-defined information of the port.',
  },
  {
    name: 'binding:migration_info',
    section: 'Binding',
    type: 'Object',
    table: 5,
    definition:
      'Information about the destination node where the port is migrated, including binding:vif_details and binding:vif_type of the destination node.',
  },
  {
    name: 'extra_dhcp_opts',
    section: 'DHCP',
    type: 'Array of ExtraDhcpOpt objects',
    table: 5,
    definition: 'Extended DHCP attributes.',
    fields: dhcpOption,
  },
  {
    name: 'tags',
    section: 'Tags',
    type: 'Array of ResponseTag objects',
    table: 5,
    definition:
      'Tags of a port, including tag keys and tag values, which can be used to classify and identify resources. For details, see the tag objects.',
    fields: tag,
  },
  {
    name: 'device_id',
    section: 'Instance',
    type: 'String',
    table: 5,
    definition: 'ID of the device that the port belongs to.',
    range: UUID_RANGE,
    form: 'UUID',
  },
  {
    name: 'device_owner',
    section: 'Instance',
    type: 'String',
    table: 5,
    definition: 'Name of the device that the port belongs to.',
    range: [
      'network:dhcp: DHCP service',
      'network:router_interface_distributed: Subnet gateway address',
      'compute:xxx: Private IP address of a cloud server network interface. XXX specifies the AZ name. For example, compute:aa-bb-cc indicates that the private IP address is used by a cloud server in the AZ aa-bb-cc.',
      'neutron:VIP_PORT: Virtual IP address',
      'neutron:LOADBALANCERV2: Shared load balancer',
      'neutron:LOADBALANCERV3: Dedicated load balancer',
      'network:endpoint_interface: VPC endpoint',
      'network:nat_gateway: NAT gateway',
      'network:ucmp: UCMP port, which is used by Enterprise Router.',
    ],
    form: 'device owner',
  },
  {
    name: 'instance_id',
    section: 'Instance',
    type: 'String',
    table: 5,
    definition: 'ID of the instance that the port belongs to, for example, RDS instance ID.',
  },
  {
    name: 'instance_type',
    section: 'Instance',
    type: 'String',
    table: 5,
    definition: 'The type of instance that the port belongs to, for example, RDS.',
  },
  {
    name: 'instance_info',
    section: 'Instance',
    type: 'Object',
    table: 5,
    definition: 'Information about the instance with the port bound.',
  },
  {
    name: 'ecs_flavor',
    section: 'Instance',
    type: 'String',
    table: 5,
    definition: 'Flavor of the ECS that the port belongs to.',
  },
  {
    name: 'zone_id',
    section: 'Edge',
    type: 'String',
    table: 5,
    definition: 'ID of the AZ that the port belongs to.',
  },
  {
    name: 'scope',
    section: 'Edge',
    type: 'String',
    table: 5,
    definition: 'Scope of the subnet where the port is located (edge cloud scenario).',
    range: [
      'center: The subnet is in a central AZ.',
      '{publicBorderGroup}: The subnet is in a public border group. The public border group limits the AZs of a subnet but it can have multiple edge AZs associated.',
    ],
  },
  {
    name: 'position_type',
    section: 'Edge',
    type: 'String',
    table: 5,
    definition: 'Location type of the port in the edge scenario.',
    range: ['Default Value: center'],
  },
]
