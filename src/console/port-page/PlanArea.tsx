import { memo, useMemo, type JSX, type RefObject } from 'react'
import { useDryRunChoice } from '../plan/dry-run-choice.ts'
import { PlanPanel } from '../plan/PlanPanel.tsx'
import { useApplying } from '../plan/use-applying.ts'
import { PlanSide } from './PlanSide.tsx'
import { usePortState } from './port-state.tsx'
import { useUndoAnnounced } from './undo-words.ts'

// Long to draw: only when what it shows is different.
const Plan = memo(PlanPanel)

/** The plan with its dry run and Apply; while a change is carried out, its progress. */
export function PlanArea(props: { headingRef: RefObject<HTMLHeadingElement | null> }): JSX.Element {
  const {
    project,
    port,
    limit,
    offered,
    calls,
    forbidden,
    arranged,
    operations,
    watched,
    shownFacts,
    plan,
    checking,
    traffic,
  } = usePortState()
  const { shown, isCurrent } = plan
  useUndoAnnounced(arranged.arrangement, shownFacts.groups)
  const { keep, lockReason } = arranged
  const [dryRun, setDryRun] = useDryRunChoice()
  const applying = useApplying({
    project,
    port,
    planned: shown,
    arrangement: arranged.arrangement,
    isCurrent,
    operations: operations.all,
    keep,
    onSend: watched.sending,
    forbidden,
  })
  const list = port.security_groups
  const { seen } = watched
  const side = useMemo(
    () => (
      <PlanSide
        operations={operations}
        arrangement={shown.arrangement}
        list={list}
        facts={shownFacts}
        seen={seen}
        lockReason={lockReason}
        keep={(arrangement) => isCurrent() && keep(arrangement)}
      />
    ),
    [operations, shown, list, shownFacts, seen, lockReason, keep, isCurrent],
  )
  return (
    <Plan
      project={project}
      port={port}
      limit={limit}
      offered={offered}
      calls={calls}
      facts={shownFacts}
      plan={shown.plan}
      ways={shown.ways}
      way={plan.way}
      onWay={plan.choose}
      lockReason={lockReason}
      dryRun={dryRun}
      onDryRun={setDryRun}
      checking={checking}
      applying={applying}
      traffic={traffic}
      headingRef={props.headingRef}
      side={side}
      underWay={operations.underWay.length > 0}
    />
  )
}
