import { useCallback, useDeferredValue, useMemo, useState, type JSX } from 'react'
import { filterShows, readFilter } from '../../vpc/traffic/rule-filter.ts'
import { effectAt, type RuleTable } from '../../vpc/traffic/rule-table.ts'
import type { Names } from '../../vpc/traffic/explain.ts'
import { joinAnd } from '../../vpc/traffic/service-ranges.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { counted } from '../facts/change-words.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import type { RulesQuestion } from '../traffic/compare-traffic.ts'
import { TrafficFailed } from '../traffic/TrafficFailed.tsx'
import { namesOf } from '../traffic/traffic-words.ts'
import type { RemoteGroups, TrafficState } from '../traffic/use-traffic.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { Button } from '../ui/Button.tsx'
import { CopyButton } from '../ui/CopyButton.tsx'
import { Notice } from '../ui/Notice.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { copiedRules, effectKind, effectText, RuleWords, type EffectKind } from './rule-words.ts'
import { RadioRow } from '../ui/RadioRow.tsx'
import styles from './EffectiveRules.module.css'
import { EVERY_RULE, RulesFilters, type ShownRules } from './RulesFilters.tsx'
import { RulesTable } from './RulesTable.tsx'
import { rulesQuestionOf, UnreadRemotes, useAllNames } from './remote-names.tsx'
import { useRuleTable } from './use-rule-table.ts'

type EffectiveRulesProps = {
  project: string
  /** What the port is called: it names the file. */
  portName: string
  traffic: TrafficState
  facts: Pick<GroupFacts, 'groups'>
}

/**
 * All rules of a port in one table, in the order in which they decide: as it is now, and as
 * arranged.
 */
export function EffectiveRules(props: EffectiveRulesProps): JSX.Element {
  const { project, portName, traffic, facts } = props
  const asked = traffic.state === 'compared' ? traffic.question : undefined
  const question = useMemo(() => (asked ? rulesQuestionOf(asked) : undefined), [asked])
  const table = useRuleTable(question)
  const names = useMemo(() => namesOf(facts, traffic), [facts, traffic])
  if (traffic.state === 'compared' && traffic.result.kind === 'port_security_off')
    return (
      <Notice tone="warn" title="Port security is off: groups have no effect on this port">
        No rule decides anything: all traffic passes.
      </Notice>
    )
  if (traffic.state === 'unread')
    return (
      <ErrorPanel error={traffic.error} title="The groups’ rules could not be read" onRetry={traffic.retry} />
    )
  const failed = traffic.state === 'failed' ? traffic : table.state === 'failed' ? table : undefined
  if (failed !== undefined)
    return <TrafficFailed title="The rules could not be put in order" failure={failed} />
  if (table.state !== 'known') return <SkeletonRows label="Putting the rules in order" count={6} />
  return (
    <Rules
      project={project}
      portName={portName}
      table={table.table}
      question={table.question}
      isCurrent={table.isCurrent}
      names={names}
      remotes={traffic.state === 'compared' ? traffic.remotes : undefined}
    />
  )
}

type RulesProps = {
  project: string
  portName: string
  table: RuleTable
  question: RulesQuestion
  isCurrent: boolean
  names: Names
  remotes: RemoteGroups | undefined
}

function Rules(props: RulesProps): JSX.Element {
  const { project, portName, table, question, isCurrent, remotes } = props
  const names = useAllNames(project, remotes, props.names)
  const arranged = table.lists.length > 1
  const [before, setBefore] = useState(false)
  const list = arranged && !before ? 1 : 0
  const [shown, setShown] = useState<ShownRules>(EVERY_RULE)
  const { filter, problems } = useMemo(() => readFilter(shown), [shown])
  const { places, kinds, otherPlace } = useKinds(table, list)
  const words = useMemo(() => new RuleWords(table, question.rules, names), [table, question, names])
  const wanted = useDeferredValue(shown.effect === 'changes' && !arranged ? '' : shown.effect)
  const found = useDeferredValue(filter)
  const rows = useMemo(
    () =>
      places.flatMap(({ row, kind }, n) => {
        const other = otherPlace(row)
        if (wanted === 'changes' ? other?.kind === kind : wanted !== '' && kind !== wanted) return []
        return filterShows(table, row, found) ? [n] : []
      }),
    [places, otherPlace, table, wanted, found],
  )
  const lineAt = useCallback(
    (at: number) => {
      const n = rows[at] ?? 0
      const { row, kind } = places[n]!
      const other = otherPlace(row)
      const note = arranged && other?.kind !== kind ? differenceText(list, other?.kind) : undefined
      return { line: words.line(list, n), note }
    },
    [rows, places, otherPlace, words, list, arranged],
  )
  const keyAt = useCallback((at: number) => places[rows[at]!]!.row, [rows, places])
  const linesShown = () => rows.map((n) => words.line(list, n))
  // A frame after the filters: both at once take longer than one.
  const drawn = useDeferredValue(true, false)
  const groups = [...new Set(question.lists[list])].map((id) => ({ id, name: names.group?.(id) || id }))
  return (
    <div className={`${styles.view} ${isCurrent ? '' : styles.computing}`} aria-busy={!isCurrent}>
      <RulesFilters
        shown={shown}
        problems={problems}
        onChange={setShown}
        groups={groups}
        kinds={kinds}
        compared={arranged}
      />
      <div className={styles.bar}>
        {arranged && (
          <RadioRow
            legend="Which list"
            name="rules-list"
            value={before ? 'before' : 'arranged'}
            onChange={(one) => setBefore(one === 'before')}
            options={[
              ['arranged', 'As arranged'],
              ['before', 'On the port now'],
            ]}
          />
        )}
        <output aria-live="polite">{countWords(rows.length, places)}</output>
        <span className={styles.actions}>
          {shown !== EVERY_RULE && (
            <Button size="small" variant="ghost" onClick={() => setShown(EVERY_RULE)}>
              Clear filters
            </Button>
          )}
          <CopyButton showLabel label="Copy rules" text={() => copiedRules(linesShown())} />
          <SaveCsv
            save={async () => (await import('./save-csv.ts')).saveCsv(linesShown(), fileName(portName))}
          />
        </span>
      </div>
      <UnreadRemotes remotes={remotes} names={names} filtered={shown.address !== ''} />
      {drawn && rows.length > 0 && (
        <RulesTable
          label={list === 1 ? 'Rules in order, as arranged' : 'Rules in order, on the port now'}
          count={rows.length}
          keyAt={keyAt}
          lineAt={lineAt}
        />
      )}
      <p className={styles.note}>
        The first rule that matches decides. Traffic that no rule matches is denied.
        {table.empty.length > 0 &&
          ` Without rules: ${joinAnd(table.empty.map((id) => names.group?.(id) || id))}.`}
      </p>
    </div>
  )
}

/** A name that every file system takes. */
function fileName(portName: string): string {
  return `rules-${portName.replaceAll(/[^\w.-]+/g, '-').slice(0, 80)}.csv`
}

/** What a rule decides with the other list. */
function differenceText(list: number, kind: EffectKind | undefined): string {
  if (list === 1) return kind ? `Now: ${effectText(kind)}` : 'New'
  return kind ? `As arranged: ${effectText(kind)}` : 'Detached as arranged'
}

type KnownPlace = { row: number; kind: EffectKind }

/** What each rule of a list decides, and the same rule in the other list. */
function useKinds(table: RuleTable, list: number) {
  const all = useMemo(
    () =>
      table.lists.map((one) =>
        Array.from(one.rows, (row, n): KnownPlace => ({
          row,
          kind: effectKind(table.rows[row]!, effectAt(one, n)),
        })),
      ),
    [table],
  )
  const other = useMemo(() => new Map(all[1 - list]?.map((place) => [place.row, place])), [all, list])
  const places = all[list]!
  return {
    places,
    kinds: useMemo(() => [...new Set(places.map(({ kind }) => kind))], [places]),
    otherPlace: useCallback((row: number) => other.get(row), [other]),
  }
}

function countWords(shown: number, places: readonly KnownPlace[]): string {
  const all = counted(places.length, 'rule')
  const said = shown === places.length ? all : `${shown} of ${all}`
  const never = places.filter(({ kind }) => kind === 'never').length
  const unsure = places.filter(({ kind }) => UNSURE.has(kind)).length
  const also = [never > 0 && `${never} never match`, unsure > 0 && `${unsure} not sure`].filter(Boolean)
  return [said, ...also].join('; ')
}

const UNSURE: ReadonlySet<EffectKind> = new Set(['in_doubt', 'unreadable', 'not_read'])

function SaveCsv({ save }: { save: () => Promise<void> }): JSX.Element {
  const announce = useAnnounce()
  const [failed, setFailed] = useState(false)
  return (
    <Button
      size="small"
      variant="ghost"
      onClick={() =>
        void save().then(
          () => {
            setFailed(false)
            announce('Saved as a CSV file')
          },
          () => setFailed(true),
        )
      }
    >
      {failed ? 'Not saved: try again' : 'Save as CSV'}
    </Button>
  )
}
