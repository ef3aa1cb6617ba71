import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState, type JSX } from 'react'
import type { OpenOnPorts, Pace } from '../../vpc/bulk-changes-api.ts'
import { intentWords } from '../../vpc/bulk/intent-words.ts'
import type { Intent } from '../../vpc/bulk/intent.ts'
import { bulkRequestOf, type BulkPlan } from '../bulk-plan/bulk-plan.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { counted } from '../facts/change-words.ts'
import { groupName, type Named } from '../facts/group-names.ts'
import { pause } from '../hooks/pause.ts'
import { figuresOf, leftOutWords } from '../kinds/kind-words.ts'
import { beginBulkChange, takeBulkChange } from '../proxy-client/bulk-changes.ts'
import { CallError } from '../proxy-client/call-error.ts'
import { guardsRefused } from '../traffic/broken-guards.ts'
import { namesOf } from '../traffic/traffic-words.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Notice } from '../ui/Notice.tsx'
import { paceWords, portsWords, wavesWords } from '../waves/bulk-words.ts'
import { TypedNumber, typesNumber } from '../waves/TypedNumber.tsx'
import { OpenChanges } from './OpenChanges.tsx'
import styles from './NewChangePage.module.css'

type ReviewDialogProps = {
  project: string
  /** Of the bulk change: sent again after a lost response, it is the same one. */
  id: string
  plan: BulkPlan
  intent: Intent
  names: Named
  note: string
  pace: Pace
  /** What is open on the same ports: begun all the same, it begins beside these. */
  open: readonly OpenOnPorts[]
  /** More than these are open. */
  onOpenRefused: () => void
  onClose: () => void
}

/** A click so soon after something came up was made before it was read. */
const READ_MS = 500

/** Asks before many ports are changed: in numbers and words, what will happen. */
export function ReviewDialog(props: ReviewDialogProps): JSX.Element {
  const { project, id, plan, intent, names, note, pace, onOpenRefused, onClose } = props
  // It may have begun itself, and its response was lost.
  const others = (some: readonly OpenOnPorts[]) => some.filter(({ bulk_change_id }) => bulk_change_id !== id)
  const open = others(props.open)
  const read = others(useRead(props.open))
  const client = useQueryClient()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const figures = figuresOf(plan)
  const { changing } = figures
  const words = intentWords(intent, (group) => groupName({ groups: names }, group))
  const beginning = useMutation({
    meta: { refused: 'Your request to carry out the change began nothing.' },
    mutationFn: async () => {
      const besides = {
        bulk_change_id: id,
        intent,
        note: note.trim() === '' ? null : note.trim(),
        words,
        pace,
        ...(typesNumber(typed, changing) && { confirmed_by: typed.trim() }),
        ...(read.length > 0 && { beside: read.map(({ bulk_change_id }) => bulk_change_id) }),
      }
      return beginBulkChange(project, await bulkRequestOf(plan, besides))
    },
    onError: (failed) => isOpenRefused(failed) && onOpenRefused(),
    onSuccess: async (begun) => {
      takeBulkChange(client, begun)
      onClose()
      // To close it and to leave a page of many kinds take a frame each.
      await pause(0)
      void navigate({
        to: '/projects/$projectId/changes/$changeId',
        params: { projectId: project, changeId: begun.bulk_change_id },
      })
    },
  })
  const { error, isPending } = beginning
  const refused = guardsRefused(error, namesOf({ groups: names }))
  const othersBreak = plan.others.some(({ broken }) => broken.length > 0)
  const guarded = figures.breaking > 0 || othersBreak || refused !== undefined
  const danger = guarded || figures.toAnywhere + figures.cutting + figures.withoutGroup > 0
  const calls = plan.kinds.reduce((sum, kind) => sum + kind.ports.length * kind.plan.steps.length, 0)
  const broken = [...plan.kinds, ...plan.others].flatMap((one) =>
    one.broken.map(({ guard }) => plan.guards[guard]?.name),
  )
  return (
    <Dialog
      open
      wide
      danger={danger}
      title={`Change ${portsWords(changing)}?`}
      onClose={isPending ? () => {} : onClose}
      footer={
        <>
          <Button disabledReason={isPending ? 'It is being sent' : undefined} onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant={danger ? 'critical' : 'primary'}
            busy={isPending}
            disabledReason={
              guarded && !typesNumber(typed, changing) ? 'Type the number of ports first' : undefined
            }
            onClick={() => beginning.mutate()}
          >
            {error !== null && !isOpenRefused(error)
              ? 'Send again'
              : open.length > 0
                ? 'Begin anyway'
                : 'Begin with the first wave'}
          </Button>
        </>
      }
    >
      <div className={styles.stack}>
        <p>
          <b>{words}</b>
          {note.trim() !== '' && ` Note: ${note.trim()}.`}
        </p>
        <p>
          {portsWords(changing)} change, in {counted(plan.kinds.length, 'kind')} and {counted(calls, 'call')},
          besides the reads. Left out: {leftOutWords(plan.found)}.
        </p>
        {figures.toAnywhere > 0 && (
          <Notice tone="danger" title={`Opens something to anywhere on ${portsWords(figures.toAnywhere)}`} />
        )}
        {figures.opening > figures.toAnywhere && (
          <Notice tone="warn" title={`Newly allows traffic on ${portsWords(figures.opening)}`} />
        )}
        {figures.cutting > 0 && (
          <Notice tone="danger" title={`Cuts traffic on ${portsWords(figures.cutting)}`}>
            What passes now is denied then: look at the kinds first.
          </Notice>
        )}
        {figures.withoutGroup > 0 && (
          <Notice tone="danger" title={`No group is left on ${portsWords(figures.withoutGroup)}`}>
            Without security groups no rule matches, and the ports’ traffic is denied.
          </Notice>
        )}
        {figures.undecided > 0 && (
          <Notice
            tone="warn"
            title={`What changes is not known in full on ${portsWords(figures.undecided)}`}
          />
        )}
        <p>
          In {wavesWords(pace, changing)}. {paceWords(pace).join(' ')} It can be paused, ended, and undone as
          one.
        </p>
        <OpenChanges project={project} open={open} />
        {guarded && (
          <Notice tone="danger" role="alert" title="This change breaks a guard">
            <p>{[...new Set(broken)].join(', ')}</p>
            {refused && (
              <ul>
                {refused.map(({ name, why }) => (
                  <li key={name}>
                    <b>{name}</b>: {why}
                  </li>
                ))}
              </ul>
            )}
            <TypedNumber act="carry it out all the same" ports={changing} typed={typed} onTyped={setTyped} />
          </Notice>
        )}
        {error !== null && refused === undefined && !(isOpenRefused(error) && open.length > 0) && (
          <ErrorPanel
            error={error}
            title="The change did not begin"
            unknown={{
              title: 'Whether the change has begun is unknown',
              text: 'It is safe to send it again as it is: it never begins twice.',
            }}
            actions={
              error instanceof CallError &&
              error.outcome === 'unknown' && (
                <Link
                  to="/projects/$projectId/changes/$changeId"
                  params={{ projectId: project, changeId: id }}
                >
                  See whether it has begun
                </Link>
              )
            }
          />
        )}
      </div>
    </Dialog>
  )
}

/** What was shown long enough to be read. The proxy refuses to begin beside anything else. */
function useRead(open: readonly OpenOnPorts[]): readonly OpenOnPorts[] {
  const [read, setRead] = useState(open)
  useEffect(() => {
    const timer = setTimeout(() => setRead(open), READ_MS)
    return () => clearTimeout(timer)
  }, [open])
  return read
}

function isOpenRefused(error: unknown): boolean {
  return error instanceof CallError && error.error_code === 'Portside.OpenBulkChange'
}
