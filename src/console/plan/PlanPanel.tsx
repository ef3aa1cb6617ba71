import { lazy, Suspense, useEffect, type JSX, type ReactNode, type RefObject } from 'react'
import type { StepCheck } from '../../vpc/checks.ts'
import type { PortCalls } from '../../vpc/port-calls.ts'
import { portSecurityOf, type Port } from '../../vpc/port.ts'
import type { ChangePlan, PlanWay } from '../../vpc/plan-change.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { Panel } from '../ui/Panel.tsx'
import { worstOf } from '../traffic/traffic-words.ts'
import { TrafficSummary } from '../traffic/TrafficSummary.tsx'
import { portsOf, type TrafficState } from '../traffic/use-traffic.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Switch } from '../ui/Switch.tsx'
import { isPassed } from './check-result.ts'
import { Exposure } from './Exposure.tsx'
import { NotStarted } from './NotStarted.tsx'
import styles from './PlanPanel.module.css'
import { PlanStep } from './PlanStep.tsx'
import { OnlyWay, WayPicker } from './WayPicker.tsx'
import type { Applying } from './use-applying.ts'
import type { Checking } from './use-checking.ts'
import { changeWords, counted } from '../facts/change-words.ts'

const ApplyDialog = lazy(() =>
  import('./ApplyDialog.tsx').then((module) => ({ default: module.ApplyDialog })),
)

type PlanPanelProps = {
  project: string
  port: Port
  /** How many groups a port takes. */
  limit: number
  /** The ways of a plan that the platform offers here, and the calls they use. */
  offered: readonly PlanWay[]
  calls: PortCalls
  facts: GroupFacts
  /** The plan of the arrangement; a sentence where there can be none. */
  plan: ChangePlan | { problem: string }
  /** The ways to choose from; one where there is no other. */
  ways: readonly ChangePlan[]
  /** The way just chosen: `plan` follows it a moment later. */
  way: PlanWay | undefined
  onWay: (way: PlanWay) => void
  /** An operation is under way: `side` is shown instead of the plan. */
  underWay: boolean
  /** The operations on the port. */
  side: ReactNode
  lockReason: string | undefined
  dryRun: boolean
  onDryRun: (on: boolean) => void
  checking: Checking
  applying: Applying
  traffic: TrafficState
  headingRef: RefObject<HTMLHeadingElement | null>
}

/**
 * What would change for traffic, every request that would be sent, what the dry run found, and the
 * buttons Dry run and Apply.
 */
export function PlanPanel(props: PlanPanelProps): JSX.Element {
  const { project, port, facts, plan, underWay, side, lockReason, headingRef } = props
  const { dryRun, onDryRun, checking, applying } = props
  useFocusWhenReplaced(underWay, headingRef)
  if (underWay)
    return (
      <Panel title="Plan" note="under way" headingRef={headingRef} className={styles.plan}>
        <div className={styles.scroll}>{side}</div>
      </Panel>
    )
  const steps = 'problem' in plan ? [] : plan.steps
  const changes = 'problem' in plan || steps.length === 0 ? undefined : plan
  // Once it has passed, nobody has to switch anything to go on.
  const passed = changes !== undefined && checking.checks !== undefined && isPassed(checking.checks)
  const blocked =
    lockReason ?? ('problem' in plan ? plan.problem : changes === undefined ? 'No changes yet' : undefined)
  return (
    <Panel
      title="Plan"
      note={changes && `${changeWords(changes)} · ${counted(steps.length, 'call')}`}
      headingRef={headingRef}
      className={styles.plan}
      footer={
        <>
          {changes !== undefined && <DryRunSummary checking={checking} worst={worstOf(props.traffic)} />}
          <div className={styles.footer}>
            <Switch checked={dryRun} onChange={(event) => onDryRun(event.target.checked)}>
              Dry run
            </Switch>
            <span className={styles.mode}>{modeWords(dryRun, passed)}</span>
            {dryRun && (
              <Button
                variant={passed ? undefined : 'primary'}
                icon="check"
                busy={checking.busy}
                disabledReason={applying.forbidden ?? blocked}
                onClick={checking.start}
              >
                Dry run
              </Button>
            )}
            {(passed || !dryRun) && (
              <Button
                variant="primary"
                busy={applying.busy}
                disabledReason={applying.forbidden ?? blocked}
                onClick={applying.ask}
              >
                Apply…
              </Button>
            )}
          </div>
        </>
      }
    >
      <div className={styles.scroll}>
        {changes === undefined ? (
          <Idle plan={plan} side={side} lockReason={lockReason} />
        ) : (
          <>
            <div className={styles.notices}>
              {side}
              {applying.overtaken && (
                <Notice tone="warn" role="alert" title="The arrangement changed while you were asked">
                  Another tab of this browser changed it, so Portside asks again: look at the plan, then apply
                  it.
                </Notice>
              )}
              {applying.error != null && !applying.asking && <NotStarted error={applying.error} />}
              <TrafficSummary traffic={props.traffic} />
              {props.ways.length > 1 ? (
                <WayPicker ways={props.ways} chosen={props.way ?? changes.way} onWay={props.onWay} />
              ) : (
                <OnlyWay offered={props.offered} />
              )}
              <Exposure plan={changes} facts={facts} />
            </div>
            <ol>
              {steps.map((planned, n) => (
                <PlanStep
                  key={n}
                  project={project}
                  port={port.id}
                  limit={props.limit}
                  calls={props.calls}
                  planned={planned}
                  number={n + 1}
                  of={steps.length}
                  dryRun={dryRun}
                  check={checking.checks?.[n]}
                  facts={facts}
                  portsOf={portsOf(props.traffic)}
                  marked={new Set([...changes.added, ...changes.moved])}
                />
              ))}
            </ol>
          </>
        )}
      </div>
      {applying.asking && changes !== undefined && (
        <Suspense>
          <ApplyDialog
            before={port.security_groups}
            port={port}
            traffic={props.traffic}
            secured={portSecurityOf(port) !== false}
            plan={changes}
            facts={facts}
            checked={checking.checks}
            applying={applying}
          />
        </Suspense>
      )}
    </Panel>
  )
}

/** The progress replaces the buttons: the focus that one of them had moves to the heading. */
function useFocusWhenReplaced(underWay: boolean, heading: RefObject<HTMLHeadingElement | null>): void {
  useEffect(() => {
    if (underWay && document.activeElement === document.body) heading.current?.focus({ preventScroll: true })
  }, [underWay, heading])
}

function Idle({ plan, side, lockReason }: Pick<PlanPanelProps, 'plan' | 'side' | 'lockReason'>): JSX.Element {
  return (
    <div className={styles.idle}>
      {'problem' in plan ? (
        <Notice tone="warn" title="No plan can be made">
          {plan.problem}
        </Notice>
      ) : (
        <p className={styles.nothing}>
          {lockReason === undefined
            ? 'No changes yet. Place, move or detach groups: what would change for traffic, and the requests that would be sent, appear here.'
            : `${lockReason}.`}
        </p>
      )}
      {side}
    </div>
  )
}

function modeWords(dryRun: boolean, passed: boolean): string {
  if (!dryRun) return 'Off: the port will be changed'
  return passed ? '' : 'Only checks; nothing is changed'
}

/** What the dry run found; `worst` is what must not be overlooked although it passed. */
function DryRunSummary({ checking, worst }: { checking: Checking; worst: string | undefined }): JSX.Element {
  const { checks, outdated, error, busy } = checking
  // This element stays, so that screen readers announce what appears in it.
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- <output> takes no blocks
    <div role="status" className={styles.summary}>
      {busy ? (
        <Notice title="Dry run under way…">It changes nothing.</Notice>
      ) : error != null ? (
        <ErrorPanel
          error={error}
          title="The dry run could not be completed"
          unknown={{ title: 'What the dry run found is unknown', text: 'A dry run changes nothing.' }}
        />
      ) : outdated ? (
        <Notice title="The plan changed since the dry run">Make another one to know.</Notice>
      ) : checks === undefined ? null : isPassed(checks) ? (
        <Notice
          tone={worst === undefined ? 'ok' : 'warn'}
          title={worst === undefined ? 'Dry run passed' : `Dry run passed. ${worst}`}
        >
          {checkedWords(checks.map(({ kind }) => kind))}
        </Notice>
      ) : checks.some(({ kind }) => kind === 'refused' || kind === 'portside_refused') ? (
        <Notice tone="danger" title="Dry run refused">
          {stepsOf(checks, ['refused', 'portside_refused'])}. {changedWords(checks)}
        </Notice>
      ) : (
        <Notice tone="warn" title="Not everything could be checked">
          {stepsOf(checks, ['failed', 'skipped'])}. {changedWords(checks)}
        </Notice>
      )}
    </div>
  )
}

/** After a response that Portside can't read, the platform may have done anything. */
function changedWords(checks: readonly StepCheck[]): string {
  return checks.some((check) => check.kind === 'failed' && check.error.outcome === 'unknown')
    ? 'A dry run changes nothing, but what the platform did with it is unknown: read the port again.'
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
  return `${counted(there, 'step')} checked by the platform, ${here} by Portside only. Nothing was changed.`
}
