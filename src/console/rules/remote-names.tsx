import { useMemo, type JSX } from 'react'
import { setText, type Names } from '../../vpc/traffic/explain.ts'
import type { RemoteSet } from '../../vpc/traffic/rules.ts'
import { joinAnd } from '../../vpc/traffic/service-ranges.ts'
import { counted } from '../facts/change-words.ts'
import { knownName } from '../facts/group-names.ts'
import { useGroupNames } from '../facts/use-group-names.ts'
import type { RulesQuestion, TrafficQuestion } from '../traffic/compare-traffic.ts'
import type { RemoteGroups } from '../traffic/use-traffic.ts'
import { Button } from '../ui/Button.tsx'
import styles from './EffectiveRules.module.css'

/** Asks for the list now and, where anything is arranged, the list as arranged. */
export function rulesQuestionOf({ lists, rules, members, flavor }: TrafficQuestion): RulesQuestion {
  const asked = lists.length > 1 ? [lists[0]!, lists.at(-1)!] : [lists[0]!]
  const ids = [...new Set(asked.flat())]
  return {
    kind: 'rules',
    lists: asked,
    rules: Object.fromEntries(ids.map((id) => [id, rules[id] ?? null])),
    ...(members && { members }),
    flavor,
  }
}

const NONE: readonly string[] = []

/** The names of groups that are remotes too; read only when the rules are looked at. */
export function useAllNames(project: string, remotes: RemoteGroups | undefined, known: Names): Names {
  const unknown = remotes?.groups.filter(
    ({ id, kind }) => kind === 'security_group' && known.group?.(id) === undefined,
  )
  const found = useGroupNames(project, unknown?.map(({ id }) => id) ?? NONE)
  return useMemo(
    () => ({ ...known, group: (id: string) => known.group?.(id) ?? knownName(found, id) }),
    [known, found],
  )
}

/** What is not known of the groups that are remotes. */
export function UnreadRemotes(props: {
  remotes: RemoteGroups | undefined
  names: Names
  /** Rules are filtered by an address. */
  filtered?: boolean
}): JSX.Element | null {
  const { remotes, names, filtered = false } = props
  const unknown = remotes?.groups.filter((one) => 'unresolved' in one) ?? []
  if (remotes === undefined || unknown.length === 0) return null
  return (
    <div className={styles.bar}>
      <p className={styles.note}>
        {remotes.read
          ? `Addresses not known: ${unresolvedText(unknown, names)}. `
          : `The addresses of ${counted(unknown.length, 'remote group')} are not read yet. `}
        {filtered && 'Their rules are shown for every address.'}
      </p>
      {!remotes.read && (
        <Button size="small" icon="refresh" onClick={remotes.reread}>
          Read addresses of remote groups
        </Button>
      )}
    </div>
  )
}

/** So many groups are named for one reason; the others are counted. */
const MOST_NAMED = 3

/** Which groups are not resolved, with each reason once. */
function unresolvedText(unknown: readonly (RemoteSet & { unresolved: string })[], names: Names): string {
  const byReason = new Map<string, string[]>()
  for (const one of unknown)
    byReason.set(one.unresolved, [...(byReason.get(one.unresolved) ?? []), setText(one, names)])
  const said = [...byReason].map(([reason, all]) => {
    const left = all.length - MOST_NAMED
    const named = left > 1 ? [...all.slice(0, MOST_NAMED), `${left} more`] : all
    return `${joinAnd(named)} (${reason})`
  })
  return said.join('; ')
}
