import type { AuditLogFilters } from '../src/vpc/audit-log.ts'
import type { Filled } from './filled-audit-log.ts'

/** What operators search for: by name, the query of GET records. */
export function searchesOf({ port, portName, group, user, bulkChange, timeOf, count }: Filled) {
  return {
    'newest page': {},
    'by port': { port_id: port },
    'by a group that many have': { q: group.common },
    'by a group that was on few, long ago': { q: group.rare },
    'by a user who does most': { user: user.common },
    'by a user of long ago': { user: user.rare },
    'by words that many have': { q: 'web' },
    'by a port’s name': { q: portName.common },
    'by words of long ago': { q: portName.old },
    'by a day long ago': { from: timeOf(count * 0.1).slice(0, 10), to: timeOf(count * 0.1).slice(0, 10) },
    'by outcome: done': { status: 'done' },
    'by outcome: few, long ago': { status: 'left' },
    'nothing under way': { status: 'open' },
    'dry runs': { kind: 'dry_run' },
    'by bulk change': { bulk_change_id: bulkChange },
  } satisfies Record<string, AuditLogFilters>
}
