import { oneOf, uuidOf } from './chance.ts'
import type { GroupDraft } from './groups-shared.ts'
import type { PortDraft } from './make-port.ts'
import type { Subnet } from './networks.ts'
import { allow, anyone, cidr, deny, everythingOut, group, tcp, udp, type RuleDraft } from './rules.ts'

const SERVICES = ['search', 'billing', 'catalog', 'auth', 'mail', 'media', 'queue', 'report', 'stock', 'wiki']
const TIERS = ['web', 'app', 'db', 'cache', 'batch']
const PORTS = ['22', '443', '3306', '5432', '6379', '8080-8099', '80,443', '9000-9100', '9200', '27017']

/** Groups `g-00001` and on, with rules by chance: remote groups are groups made earlier. */
export function generatedGroups(count: number, next: () => number): GroupDraft[] {
  const drafts: GroupDraft[] = []
  for (let place = 1; place <= count; place++) {
    const service = oneOf(SERVICES, next)
    const tier = oneOf(TIERS, next)
    const rules: RuleDraft[] = []
    for (let left = 1 + Math.floor(next() * 6); left > 0; left--) {
      const make = next() < 0.15 ? deny : allow
      const traffic = next() < 0.8 ? tcp(oneOf(PORTS, next)) : udp('53,123')
      const earlier = drafts.length > 0 && next() < 0.3 ? oneOf(drafts, next).name : undefined
      const open = next() < 0.2
      const block = cidr(`10.${Math.floor(next() * 200)}.${Math.floor(next() * 256)}.0/24`)
      rules.push(
        make(traffic, earlier !== undefined ? group(earlier) : open ? anyone : block, {
          priority: next() < 0.7 ? 1 : 1 + Math.floor(next() * 100),
        }),
      )
    }
    drafts.push({
      name: `${service}-${tier}-g-${String(place).padStart(5, '0')}`,
      description: next() < 0.3 ? '' : `${service}, ${tier} tier`,
      tags: { app: service, tier },
      rules: [...rules, ...everythingOut],
    })
  }
  return drafts
}

/** Servers by chance, 250 to a subnet, with 0 to 8 of the given groups each. */
export function generatedPorts(count: number, groups: readonly string[], vpcId: string, next: () => number) {
  const drafts: PortDraft[] = []
  let subnet: Subnet | undefined
  for (let place = 0; place < count; place++) {
    const host = (place % 250) + 4
    const block = Math.floor(place / 250)
    if (place % 250 === 0) {
      const words = ['generated', block]
      subnet = {
        vpc_id: vpcId,
        virsubnet_id: uuidOf('subnet', ...words),
        ipv4: {
          subnet_cidr_id: uuidOf('cidr', ...words),
          prefix: `10.${100 + Math.floor(block / 250)}.${block % 250}.`,
        },
        zone_id: `eu-west-101${'abc'.charAt(block % 3)}`,
        scope: 'center',
      }
    }
    const chosen = new Set<string>()
    for (let left = Math.floor(next() * 9); left > 0; left--) chosen.add(oneOf(groups, next))
    const service = oneOf(SERVICES, next)
    const state = next()
    drafts.push({
      name: next() < 0.05 ? '' : `${service}-${oneOf(TIERS, next)}-${String(place + 1).padStart(5, '0')}`,
      owner: 'compute',
      subnet: subnet as Subnet,
      host,
      groups: [...chosen],
      status: state < 0.9 ? 'ACTIVE' : state < 0.97 ? 'DOWN' : 'BUILD',
      tags: next() < 0.5 ? { app: service } : {},
    })
  }
  return drafts
}
