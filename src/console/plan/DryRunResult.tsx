import type { JSX } from 'react'
import type { StepCheck } from '../../vpc/checks.ts'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { summaryOf, worstOf } from '../traffic/traffic-words.ts'
import type { TrafficState } from '../traffic/use-traffic.ts'
import { Notice } from '../ui/Notice.tsx'
import { isPassed } from './check-result.ts'
import { leavesNoGroup } from './NoGroupLeft.tsx'
import type { Checking } from './use-checking.ts'

type DryRunResultProps = { checking: Checking; traffic: TrafficState; port: Port; changes: ChangePlan }

/** What the dry run found, and what must not be overlooked although it passed. */
export function DryRunResult(props: DryRunResultProps): JSX.Element | null {
  const { checks, outdated, error, busy } = props.checking
  if (busy) return <Notice title="Dry run under way…">It changes nothing.</Notice>
  if (error != null)
    return (
      <ErrorPanel
        error={error}
        title="The dry run could not be completed"
        unknown={{ title: 'The dry run’s response was lost', text: 'Nothing was changed. Run it again.' }}
      />
    )
  if (outdated) return <Notice title="The plan changed since the dry run">Run it again.</Notice>
  if (checks === undefined) return null
  if (isPassed(checks)) return <Passed {...props} checks={checks} />
  if (checks.some(({ kind }) => kind === 'refused' || kind === 'portside_refused'))
    return (
      <Notice tone="danger" title="Dry run refused">
        {stepsOf(checks, ['refused', 'portside_refused'])}. {changedWords(checks)}
      </Notice>
    )
  return (
    <Notice tone="warn" title="Not everything could be checked">
      {stepsOf(checks, ['failed', 'skipped'])}. {changedWords(checks)}
    </Notice>
  )
}

/** The platform checks requests, not traffic: a change that opens the port passes too. */
function Passed(props: Omit<DryRunResultProps, 'checking'> & { checks: readonly StepCheck[] }): JSX.Element {
  const { checks, traffic, port, changes } = props
  const isLast = leavesNoGroup(changes) && portSecurityOf(port) !== false
  const worst = isLast ? 'No group will be left' : worstOf(traffic)
  const said = summaryOf(traffic)
  const calm = worst === undefined && said.known
  return (
    <Notice
      tone={calm ? 'ok' : traffic.state === 'reading' ? 'neutral' : 'warn'}
      title={worst === undefined ? 'Dry run passed' : `Dry run passed. ${worst}`}
    >
      <p>{said.text}.</p>
      <p>{checkedWords(checks.map(({ kind }) => kind))}</p>
    </Notice>
  )
}

/** After a response that Portside can't read, the platform may have done anything. */
function changedWords(checks: readonly StepCheck[]): string {
  return checks.some((check) => check.kind === 'failed' && check.error.outcome === 'unknown')
    ? 'Portside sent a dry run only, but what the platform did with it is unknown: read the port again.'
    : 'Nothing was changed.'
}

/** 'See step 2': the steps whose check ended in one of these ways. */
function stepsOf(checks: readonly StepCheck[], kinds: readonly StepCheck['kind'][]): string {
  const numbers = checks.flatMap(({ kind }, n) => (kinds.includes(kind) ? [n + 1] : []))
  return `See step${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')}`
}

function checkedWords(kinds: readonly string[]): string {
  const there = kinds.filter((kind) => kind === 'platform').length
  if (kinds.includes('platform_partly'))
    return 'The platform checked that the new groups can be inserted; it can’t check the replacement. Nothing was changed.'
  const here = kinds.length - there
  if (here === 0) return 'The platform checked every step. Nothing was changed.'
  if (there === 0) return 'Every step was checked by Portside only. Nothing was changed.'
  return `${there} of ${kinds.length} steps checked by the platform, ${here} by Portside only. Nothing was changed.`
}
