import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, type JSX } from 'react'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { effectAt } from '../../vpc/traffic/rule-table.ts'
import { remoteAddressGroupIds, remoteGroupIds } from '../../vpc/traffic/remote-group-ids.ts'
import { isRule } from '../../vpc/traffic/rules-unreadable.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { groupName, knownName } from '../facts/group-names.ts'
import { useGroupNames } from '../facts/use-group-names.ts'
import { membersOfGroupsQuery } from '../proxy-client/members-queries.ts'
import { effectKind, RuleWords } from '../rules/rule-words.ts'
import { RulesTable } from '../rules/RulesTable.tsx'
import { useRuleTable } from '../rules/use-rule-table.ts'
import type { RulesQuestion } from '../traffic/compare-traffic.ts'
import { TrafficFailed } from '../traffic/TrafficFailed.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import styles from './GroupPanel.module.css'
import { rulesText } from './panel-words.ts'

const NONE: readonly string[] = []

type GroupRulesProps = {
  project: string
  id: string
  rules: readonly SecurityGroupRule[]
  facts: Pick<GroupFacts, 'groups'>
}

/** The rules of one group in the order in which they decide, each with what it really decides. */
export function GroupRules({ project, id, rules, facts }: GroupRulesProps): JSX.Element {
  const { names, entries } = useRemotes(project, id, rules, facts)
  const question = useMemo<RulesQuestion>(
    () => ({
      kind: 'rules',
      lists: [[id]],
      rules: { [id]: rules },
      members: Object.fromEntries(
        [...(entries ?? [])].flatMap(([one, read]) => ('addresses' in read ? [[one, read.addresses]] : [])),
      ),
    }),
    [id, rules, entries],
  )
  const state = useRuleTable(question)
  const table = state.state === 'known' ? state.table : undefined
  const read = state.state === 'known' ? state.question.rules : undefined
  const words = useMemo(() => table && read && new RuleWords(table, read, names), [table, read, names])
  const [list] = table?.lists ?? []
  const lineAt = useCallback((n: number) => ({ line: words!.line(0, n), note: undefined }), [words])
  const keyAt = useCallback((n: number) => list!.rows[n]!, [list])
  const kinds =
    table && list ? Array.from(list.rows, (row, n) => effectKind(table.rows[row]!, effectAt(list, n))) : []
  return (
    <section className={styles.section} aria-labelledby="group-rules">
      <h3 id="group-rules">Rules in the order in which they decide</h3>
      {state.state === 'failed' && (
        <TrafficFailed title="The rules could not be put in order" failure={state} />
      )}
      {state.state === 'computing' && <SkeletonRows label="Putting the rules in order" count={4} />}
      {words && list && (
        <>
          <p className={styles.note}>{rulesText(rules.filter(isRule).length, kinds)}</p>
          {list.rows.length > 0 && (
            <RulesTable
              label="Rules of this group, in order"
              count={list.rows.length}
              keyAt={keyAt}
              lineAt={lineAt}
              oneGroup
            />
          )}
        </>
      )}
    </section>
  )
}

/**
 * The names of the group, and of the groups and address groups that its rules name; and the entries
 * of the address groups, as far as they are known. Who is in the groups is not read: that may be
 * thousands of ports.
 */
function useRemotes(
  project: string,
  id: string,
  rules: readonly SecurityGroupRule[],
  facts: Pick<GroupFacts, 'groups'>,
) {
  // A disabled rule's remote has a name, too.
  const all = useMemo(() => rules.map((rule) => ({ ...rule, enabled: true })), [rules])
  const others = useMemo(() => remoteGroupIds(all).filter((one) => one !== id), [all, id])
  const addressGroups = useMemo(() => remoteAddressGroupIds(all), [all])
  const found = useGroupNames(project, others)
  const { data: entries } = useQuery({
    ...membersOfGroupsQuery(project, NONE, addressGroups),
    enabled: addressGroups.length > 0,
  })
  const names = useMemo(
    () => ({
      group: (one: string) => (one === id ? groupName(facts, id) : knownName(found, one)),
      addressGroup: (one: string) => entries?.get(one)?.name,
    }),
    [id, facts, found, entries],
  )
  return { names, entries }
}
