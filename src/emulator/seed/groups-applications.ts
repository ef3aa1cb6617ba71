import type { GroupDraft } from './groups-shared.ts'
import {
  allow,
  anyone,
  anything,
  cidr,
  deny,
  everythingOut,
  group,
  over6,
  tcp,
  udp,
  type RuleDraft,
} from './rules.ts'

const draft = (
  name: string,
  description: string,
  tags: Record<string, string>,
  rules: readonly RuleDraft[],
): GroupDraft => ({ name, description, tags, rules: [...rules, ...everythingOut] })

const APPLICATIONS = [
  { name: 'shop', title: 'Web shop', database: '3306', network: '10.20.0.0/20' },
  { name: 'payments', title: 'Payments', database: '5432', network: '10.20.16.0/20' },
  { name: 'crm', title: 'Customer relations', database: '1433', network: '10.20.32.0/20' },
]
const ENVIRONMENTS = [
  { name: 'prod', title: 'production' },
  { name: 'stage', title: 'staging' },
]

/** Web, application, database and cache tiers: each lets in the tier above it, by remote group. */
export const tierGroups: readonly GroupDraft[] = APPLICATIONS.flatMap((application) =>
  ENVIRONMENTS.flatMap((environment) => {
    const named = (tier: string) => `${application.name}-${environment.name}-${tier}`
    const says = (what: string) => `${application.title}, ${environment.title}: ${what}`
    const tags = (tier: string) => ({ app: application.name, env: environment.name, tier })
    return [
      draft(named('web'), says('front ends behind the load balancer'), tags('web'), [
        allow(tcp('8080,8443'), group('load-balancer-front')),
        allow(over6(tcp('8080,8443')), group('load-balancer-front')),
      ]),
      draft(named('app'), says('services'), tags('app'), [
        allow(tcp('9000-9099'), group(named('web'))),
        allow(tcp('9000-9099'), group(named('app')), { priority: 2, description: 'Between services' }),
      ]),
      draft(named('db'), says('database'), tags('db'), [
        allow(tcp(application.database), group(named('app')), { description: 'Services' }),
        allow(tcp(application.database), group(named('db')), { description: 'Replication' }),
        allow(tcp(application.database), cidr('10.250.0.0/28'), {
          priority: 30,
          description: 'Administrators',
        }),
        deny(tcp(application.database), cidr(application.network), { priority: 40 }),
      ]),
      draft(named('cache'), says('cache'), tags('cache'), [
        allow(tcp('6379,16379'), group(named('app'))),
        allow(tcp('26379'), group(named('app')), { description: 'Sentinel' }),
      ]),
    ]
  }),
)

/** Groups with a history: names and descriptions as people really write them. */
export const oddGroups: readonly GroupDraft[] = [
  draft('生产环境-数据库', '仅允许应用服务器访问 MySQL 与 Redis', { 部门: '基础设施', env: 'prod' }, [
    allow(tcp('3306'), group('shop-prod-app'), { description: '应用服务器' }),
    allow(tcp('6379'), group('shop-prod-app'), { description: '缓存' }),
    deny(tcp('3306,6379'), anyone, { priority: 99, description: '其他一律拒绝' }),
  ]),
  draft('東京-バッチ', '夜間バッチ処理', { region: 'tokyo' }, [allow(tcp('2049'), cidr('10.90.0.0/16'))]),
  draft('Отчёты', 'Сервер отчётов: доступ из бухгалтерии', { team: 'finance' }, [
    allow(tcp('443,8443'), cidr('10.31.4.0/24')),
  ]),
  draft(
    'legacy-erp-do-not-touch-before-the-migration-of-2025-is-over-ok',
    'Rules were copied from the old firewall in 2016 and nobody who wrote them is still here. Ports 7000 to 7999 are the ' +
      'order desk, 8500 is the label printer in Venlo, and 1352 is Notes, which we think is off. Ask the ERP team first. ' +
      'See ERP-2231.',
    { app: 'erp', 'do-not-touch': 'true' },
    [
      allow(tcp('1352,7000-7999,8500'), cidr('10.0.0.0/8')),
      allow(tcp('7100'), cidr('10.31.0.0/16'), {
        priority: 50,
        description: 'Shadowed by the rule for 10.0.0.0/8',
      }),
      deny(tcp('7100'), cidr('10.31.99.0/24'), { priority: 60, description: 'Shadowed too: never denies' }),
      allow(udp('7'), anyone, { enabled: false, description: 'echo, ask ERP' }),
      allow(tcp('8500'), cidr('192.0.2.77/32'), { priority: 4, description: 'Label printer, Venlo' }),
    ],
  ),
  draft('Sys-WebServer', 'Made by the console: web server template', {}, [
    allow(tcp('22'), cidr('0.0.0.0/0')),
    allow(tcp('3389'), cidr('0.0.0.0/0')),
    allow(tcp('80'), cidr('0.0.0.0/0')),
    allow(tcp('443'), cidr('0.0.0.0/0')),
    allow(anything, group('Sys-WebServer')),
  ]),
  draft('Sys-FullAccess', 'Made by the console: all ports open', {}, [
    allow(anything, cidr('0.0.0.0/0')),
    allow(anything, cidr('::/0')),
  ]),
  draft('rds-instances', 'Managed databases', { service: 'rds' }, [
    allow(tcp('3306,5432'), cidr('10.20.0.0/16'), { description: 'Application networks' }),
    deny(tcp('3306'), cidr('10.20.32.0/20'), {
      priority: 1,
      description: 'Not for CRM: deny wins at equal priority',
    }),
  ]),
]

/**
 * Partners' allow lists, one per partner: together with a few others they fill the port with 100
 * groups.
 */
export const partnerGroups: readonly GroupDraft[] = Array.from({ length: 60 }, (_, position) => {
  const number = String(position + 1).padStart(3, '0')
  const host = `198.51.100.${64 + position}/32`
  return draft(
    `partner-acl-${number}`,
    `Partner ${number}: order interface`,
    { team: 'partners', partner: number },
    [
      allow(tcp('8443'), cidr(host), { description: 'Order interface' }),
      ...(position % 5 === 0 ? [allow(tcp('22'), cidr(host), { description: 'SFTP' })] : []),
      ...(position % 9 === 4
        ? [deny(anything, cidr(host), { priority: 50, description: 'Nothing else' })]
        : []),
    ],
  )
})
