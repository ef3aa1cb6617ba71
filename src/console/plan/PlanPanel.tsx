import { memo, Suspense, useEffect, type JSX, type ReactNode, type RefObject } from 'react'
import type { PortCalls } from '../../vpc/port-calls.ts'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import type { ChangePlan, PlanWay } from '../../vpc/plan-change.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { Panel } from '../ui/Panel.tsx'
import type { TrafficState } from '../traffic/use-traffic.ts'
import { Button } from '../ui/Button.tsx'
import { NextFrame } from '../ui/NextFrame.tsx'
import { Notice } from '../ui/Notice.tsx'
import { later } from '../errors/later.tsx'
import { Switch } from '../ui/Switch.tsx'
import { isPassed } from './check-result.ts'
import { DryRunResult } from './DryRunResult.tsx'
import { PlanBar } from './PlanBar.tsx'
import { PlanChoices, PlanContent, PlanNotices, PlanTraffic } from './PlanContent.tsx'
import styles from './PlanPanel.module.css'
import type { Applying } from './use-applying.ts'
import type { Checking } from './use-checking.ts'
import { changeWords, counted } from '../facts/change-words.ts'

const ApplyDialog = later(() => import('./ApplyDialog.tsx').then((module) => module.ApplyDialog))

/** What the plan is shown from. */
export type PlanPanelProps = {
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

// Drawn anew only when what they show is different. Their code is not loaded with the first plan:
// it would come and run in the frames that show a drop.
const Notices = memo(PlanNotices)
const Traffic = memo(PlanTraffic)
const Choices = memo(PlanChoices)
const Content = memo(PlanContent)
const Result = memo(DryRunResult)

/**
 * What would change for traffic, every request that would be sent, what the dry run found, and the
 * buttons Dry run and Apply.
 */
export function PlanPanel(props: PlanPanelProps): JSX.Element {
  const { port, facts, plan, underWay, side, lockReason, headingRef, checking, applying, traffic } = props
  const steps = 'problem' in plan ? [] : plan.steps
  const changes = underWay || 'problem' in plan || steps.length === 0 ? undefined : plan
  useFocusWhenReplaced(underWay, headingRef)
  // Once it has passed, nobody has to switch anything to go on.
  const passed = changes !== undefined && checking.checks !== undefined && isPassed(checking.checks)
  const blocked =
    lockReason ?? ('problem' in plan ? plan.problem : changes === undefined ? 'No changes yet' : undefined)
  const whyNot = applying.forbidden ?? blocked
  return (
    <>
      <Panel
        title="Plan"
        note={
          underWay ? 'under way' : changes && `${changeWords(changes)} · ${counted(steps.length, 'call')}`
        }
        headingRef={headingRef}
        className={styles.plan}
        footer={underWay ? undefined : <PlanFooter {...props} {...{ changes, passed, whyNot }} />}
      >
        <div className={styles.scroll}>
          <div className={styles.notices}>
            {changes && <Notices {...{ side, applying }} />}
            {/* Stays while plans come and go, so that screen readers announce what they change. */}
            {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- <output> takes no blocks */}
            <div role="status" aria-label="What the plan changes">
              {changes && <Traffic {...{ traffic, facts, port, changes }} />}
            </div>
            {changes && (
              <NextFrame>
                <Choices {...props} changes={changes} />
              </NextFrame>
            )}
          </div>
          {underWay ? (
            side
          ) : changes === undefined ? (
            <Idle plan={plan} side={side} lockReason={lockReason} />
          ) : (
            <NextFrame>
              <Content {...props} changes={changes} />
            </NextFrame>
          )}
        </div>
        {applying.asking && changes !== undefined && (
          <Suspense>
            <ApplyDialog
              project={props.project}
              before={port.security_groups}
              port={port}
              traffic={traffic}
              secured={portSecurityOf(port) !== false}
              plan={changes}
              facts={facts}
              checked={checking.checks}
              applying={applying}
            />
          </Suspense>
        )}
      </Panel>
      {changes !== undefined && (
        <PlanBar
          changes={changes}
          heading={headingRef}
          next={nextOf(checking, passed || !props.dryRun)}
          checking={checking}
          applying={applying}
          blocked={whyNot}
          traffic={traffic}
        />
      )}
    </>
  )
}

/** What the dry run found, and the buttons. */
function PlanFooter(
  props: PlanPanelProps & {
    changes: ChangePlan | undefined
    passed: boolean
    /** Why the buttons can't be used. */
    whyNot: string | undefined
  },
): JSX.Element {
  const { port, changes, passed, whyNot, dryRun, onDryRun, checking, applying, traffic } = props
  return (
    <>
      {/* This element stays, so that screen readers announce what appears in it. */}
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- <output> takes no blocks */}
      <div role="status" aria-label="Dry run" className={styles.summary}>
        {changes !== undefined && <Result {...{ checking, traffic, port, changes }} />}
      </div>
      <div className={styles.footer}>
        <Switch checked={dryRun} onChange={(event) => onDryRun(event.target.checked)}>
          Dry run
        </Switch>
        <span className={styles.mode}>{modeWords(dryRun, passed)}</span>
        <div className={styles.buttons}>
          {dryRun && (
            <Button
              variant={passed ? undefined : 'primary'}
              icon="check"
              busy={checking.busy}
              disabledReason={whyNot}
              onClick={checking.start}
            >
              Dry run
            </Button>
          )}
          {(passed || !dryRun) && (
            <Button variant="primary" busy={applying.busy} disabledReason={whyNot} onClick={applying.ask}>
              Apply…
            </Button>
          )}
        </div>
      </div>
    </>
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
      {side}
      {'problem' in plan ? (
        <Notice tone="warn" title="No plan can be made">
          {plan.problem}
        </Notice>
      ) : (
        <p className={styles.nothing}>
          {lockReason === undefined
            ? 'No changes yet. Place, move or detach groups to see what changes for traffic, and what would be sent.'
            : `${lockReason}.`}
        </p>
      )}
    </div>
  )
}

/** What a plan that was looked at needs next; a dry run that did not pass is looked at again. */
function nextOf({ checks, error, busy }: Checking, mayApply: boolean): 'review' | 'dry-run' | 'apply' {
  if (mayApply) return 'apply'
  return busy || (checks === undefined && error == null) ? 'dry-run' : 'review'
}

function modeWords(dryRun: boolean, passed: boolean): string {
  if (!dryRun) return 'Off: the port will be changed'
  return passed ? '' : 'Only checks; nothing is changed'
}
