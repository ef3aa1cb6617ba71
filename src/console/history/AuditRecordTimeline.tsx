import type { JSX, ReactNode } from 'react'
import type { StepRequest } from '../../vpc/step-request.ts'
import { plannedSteps, type PlannedStep } from '../../vpc/plan-change.ts'
import type { AuditRecord, AuditEntry } from '../../vpc/audit-log.ts'
import { groupName, type GroupFacts } from '../facts/group-facts.ts'
import { markedGroups, withGroupLinks } from '../facts/group-links.tsx'
import { GroupName } from '../facts/GroupName.tsx'
import { StepRequestView } from '../facts/StepRequestView.tsx'
import { counted, stepWords } from '../facts/change-words.ts'
import { CopyButton } from '../ui/CopyButton.tsx'
import type { IconName } from '../ui/Icon.tsx'
import { Timeline, TimelineEntry, TimelineError, TimelineNote, TimelineRequestId } from '../ui/Timeline.tsx'
import styles from './AuditRecordPage.module.css'
import { OUTCOME_WORDS } from './audit-record-words.ts'

type Names = Pick<GroupFacts, 'groups'>
type Tone = 'ok' | 'warn' | 'danger' | undefined
type EntryWords = { icon: IconName; tone?: Tone; title: ReactNode; more?: ReactNode }

type TimelineProps = { record: AuditRecord; entries: readonly AuditEntry[]; facts: Names }

/** What happened, in the order in which it was written down. */
export function AuditRecordTimeline({ record, entries, facts }: TimelineProps): JSX.Element {
  const words = stepsInWords(record, facts)
  const sentLast = entries.findLastIndex(({ kind }) => kind === 'request')
  const withoutResponse = sentLast >= 0 && !entries.slice(sentLast).some(({ kind }) => kind === 'answer')
  return (
    <Timeline>
      {entries.map((entry, n) => {
        const { icon, tone, title, more } = entryWords(entry, words, facts)
        return (
          <TimelineEntry key={n} icon={icon} tone={tone}>
            <div className={styles.line}>
              <span className={styles.title}>
                {typeof title === 'string' ? withGroupLinks(title, (id) => groupName(facts, id)) : title}
              </span>
              <time className={styles.time} dateTime={entry.at} title={entry.at}>
                {entry.at.slice(0, 10) === record.at.slice(0, 10) ? '' : `${entry.at.slice(0, 10)} `}
                {entry.at.slice(11, 23)}
              </time>
            </div>
            {more}
            {withoutResponse && n === sentLast && <TimelineNote>No response was recorded.</TimelineNote>}
          </TimelineEntry>
        )
      })}
      {entries.length === 0 && <li className={styles.none}>Only the plan was recorded.</li>}
    </Timeline>
  )
}

function entryWords(entry: AuditEntry, words: readonly string[], facts: Names): EntryWords {
  const step = 'step' in entry ? `Step ${entry.step + 1}` : ''
  switch (entry.kind) {
    case 'request':
      return {
        icon: 'arrow-right',
        title: `${step} sent: ${words[entry.step] ?? entry.path}`,
        more: (
          <details className={styles.more}>
            <summary>Request</summary>
            <StepRequestView request={entry as StepRequest} />
          </details>
        ),
      }
    case 'answer':
      return {
        ...RESULTS[entry.result],
        title: `${step}: ${responseWords(entry)}`,
        more: <ResponseText entry={entry} />,
      }
    case 'portside_check':
      return entry.problem === null
        ? { icon: 'check', tone: 'ok', title: `${step} checked by Portside only: ${words[entry.step]}` }
        : {
            icon: 'warning',
            tone: 'danger',
            title: `${step} refused by Portside’s own check`,
            more: <TimelineNote>{entry.problem}</TimelineNote>,
          }
    case 'not_asked':
      return { icon: 'minus', title: `${step} not checked: an earlier call to the platform failed` }
    case 'read':
      return entry.list === null
        ? {
            icon: 'warning',
            tone: 'warn',
            title: 'The port could not be read',
            more: entry.error && <TimelineError error={entry.error} />,
          }
        : {
            icon: 'info',
            title: `Port read: ${counted(entry.list.length, 'group')}`,
            more: <ListRead entry={entry} facts={facts} />,
          }
    case 'confirmed':
      return {
        icon: 'warning',
        tone: 'warn',
        title: 'Broken guards, confirmed by typing the port’s name or ID',
        more: <TimelineNote>{entry.guards.join(', ')}</TimelineNote>,
      }
    case 'other_ports': {
      const { ports, in_between, not_compared } = entry
      const between = in_between !== undefined && in_between.ports > 0 ? in_between : undefined
      const quiet = ports === 0 && !between && not_compared.length === 0
      return {
        icon: 'info',
        tone: quiet ? undefined : 'warn',
        title:
          ports > 0
            ? `Traffic of ${counted(ports, 'other port')} changes`
            : between
              ? `Traffic of ${counted(between.ports, 'other port')} changes between steps only`
              : quiet
                ? 'No traffic of other ports changes'
                : 'Not all traffic of other ports was compared',
        more: (
          <>
            {ports > 0 && <TimelineNote>{flowsText(entry)}</TimelineNote>}
            {between && <TimelineNote>Only between steps: {flowsText(between)}</TimelineNote>}
            {not_compared.length > 0 && <TimelineNote>Not compared: {not_compared.join('; ')}.</TimelineNote>}
            {entry.calls !== undefined && (
              <TimelineNote>{counted(entry.calls, 'call')} of the platform for this.</TimelineNote>
            )}
          </>
        ),
      }
    }
    case 'answered':
      return { icon: 'info', title: `${entry.user} chose: ${CHOICES[entry.answer]}` }
    case 'taken_over':
      return { icon: 'info', tone: 'warn', title: 'Taken over: the proxy that carried it out had stopped' }
    case 'copied':
      return { icon: 'copy', title: 'Copied from the journal' }
    case 'end': {
      const { words: outcome, tone, meaning } = OUTCOME_WORDS[entry.outcome]
      return {
        icon: tone === 'ok' ? 'check' : tone === 'neutral' ? 'info' : 'warning',
        tone: tone === 'ok' || tone === 'warn' || tone === 'danger' ? tone : undefined,
        title: `End: ${outcome}`,
        more: (
          <>
            <TimelineNote>{meaning}</TimelineNote>
            {entry.calls !== undefined && (
              <TimelineNote>{counted(entry.calls, 'call')} of the platform in all, reads too.</TimelineNote>
            )}
            {entry.error && <TimelineError error={entry.error} />}
          </>
        ),
      }
    }
  }
}

const CHOICES = { 'go-on': 'finish the change', 'go-back': 'roll back', leave: 'leave it as it is' }

const RESULTS: Record<Extract<AuditEntry, { kind: 'answer' }>['result'], { icon: IconName; tone: Tone }> = {
  done: { icon: 'check', tone: 'ok' },
  passed: { icon: 'check', tone: 'ok' },
  refused: { icon: 'warning', tone: 'danger' },
  unknown: { icon: 'warning', tone: 'warn' },
  not_sent: { icon: 'minus', tone: 'warn' },
}

type ResponseEntry = Extract<AuditEntry, { kind: 'answer' }>

type OtherPortsCounts = Pick<Extract<AuditEntry, { kind: 'other_ports' }>, 'flows' | 'rules'>

function flowsText({ flows, rules }: OtherPortsCounts): string {
  const { newly_allowed, newly_denied, undecided } = flows
  return `${newly_allowed} newly allowed, ${newly_denied} newly denied, ${undecided} can’t be decided, by ${counted(rules, 'rule')}.`
}

function responseWords({ result, status }: ResponseEntry): string {
  const code = status === null ? '' : ` (${status})`
  switch (result) {
    case 'done':
      return `done${code}`
    case 'passed':
      return `dry run passed${code}`
    case 'refused':
      return `refused${code}`
    case 'unknown':
      return status === null ? 'unknown: no response came' : `unknown outcome${code}`
    case 'not_sent':
      return 'not sent'
  }
}

function ResponseText({ entry }: { entry: ResponseEntry }): JSX.Element {
  const { request_id, text, cut, error } = entry
  return (
    <>
      {request_id !== null && <TimelineRequestId value={request_id} of={`step ${entry.step + 1}`} />}
      {error && <TimelineError error={error} />}
      {text !== null && text !== '' && (
        <details className={styles.more}>
          <summary>Response{cut && ', its beginning'}</summary>
          <div className={styles.response}>
            {/* It scrolls: keyboards must get into it. */}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <pre tabIndex={0} aria-label={`Response to step ${entry.step + 1}`}>
              {readable(text)}
            </pre>
            <CopyButton text={text} label={`Copy response to step ${entry.step + 1}`} />
          </div>
        </details>
      )}
    </>
  )
}

function ListRead(props: { entry: Extract<AuditEntry, { kind: 'read' }>; facts: Names }): JSX.Element {
  const { list, request_id } = props.entry
  return (
    <details className={styles.more}>
      <summary>List as read</summary>
      <ol className={styles.read}>
        {(list ?? []).map((id, n) => (
          <li key={id} title={id}>
            <span>{n + 1}</span> <GroupName id={id}>{groupName(props.facts, id)}</GroupName>
          </li>
        ))}
      </ol>
      {request_id !== null && <TimelineRequestId value={request_id} of="the read" />}
    </details>
  )
}

/** What each step does, in words with groups marked; a single dry run has no list to count in. */
function stepsInWords({ before, planned, plan }: AuditRecord, facts: Names): string[] {
  let steps: Pick<PlannedStep, 'step' | 'before'>[]
  try {
    steps = plannedSteps(before ?? [], planned ?? [], plan)
  } catch {
    steps = plan.map((step) => ({ step, before: [] }))
  }
  const marked = markedGroups(facts)
  return steps.map(({ step, before: list }) => stepWords(step, list.length, marked))
}

/** JSON for reading; anything else as it came. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
