import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type JSX } from 'react'
import type { BulkChange } from '../../vpc/bulk-changes-api.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { takeBulkChange, undoBulkChange } from '../proxy-client/bulk-changes.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { paceWords, portsWords, wavesWords } from '../waves/bulk-words.ts'
import { CAREFUL, readPace, type PaceTyped } from '../waves/pace-typed.ts'
import { PaceFields } from '../waves/PaceFields.tsx'
import { TypedNumber, typesNumber } from '../waves/TypedNumber.tsx'
import { CallError } from '../proxy-client/call-error.ts'
import styles from './ChangePage.module.css'

type UndoDialogProps = { change: BulkChange; onClose: () => void; onBegun: (id: string) => void }

/** Says what undoing a bulk change does, asks for the pace, and begins it. */
export function UndoDialog({ change, onClose, onBegun }: UndoDialogProps): JSX.Element {
  const { bulk_change_id, to_undo, ports, words } = change
  const client = useQueryClient()
  // Sent again after a lost response, it is the same one.
  const [id] = useState(() => crypto.randomUUID())
  const [typed, setTyped] = useState<PaceTyped>(CAREFUL)
  const [number, setNumber] = useState('')
  const { pace, problems } = readPace(typed)
  const count = to_undo ?? 0
  const undoing = useMutation({
    meta: { refused: 'Your request to undo the change began nothing.' },
    mutationFn: async () => {
      const confirmed = typesNumber(number, ports) ? { confirmed_by: number.trim() } : {}
      return undoBulkChange(bulk_change_id, { bulk_change_id: id, pace: pace!, ...confirmed })
    },
    onSuccess: (begun) => {
      takeBulkChange(client, begun)
      onBegun(begun.bulk_change_id)
    },
  })
  const { error } = undoing
  const guarded = error instanceof CallError && error.error_code === 'Portside.GuardBroken'
  return (
    <Dialog
      open
      wide
      title="Undo this change?"
      onClose={undoing.isPending ? () => {} : onClose}
      footer={
        <>
          <Button onClick={onClose} disabledReason={undoing.isPending ? 'It is being sent' : undefined}>
            Cancel
          </Button>
          <Button
            variant="primary"
            busy={undoing.isPending}
            disabledReason={pace === undefined ? 'Mend the pace first' : undefined}
            onClick={() => undoing.mutate()}
          >
            {error === null ? 'Undo' : 'Send again'}
          </Button>
        </>
      }
    >
      <div className={styles.stack}>
        <p>{words}</p>
        <p>
          Portside reads {count === 1 ? 'the port' : `each of the ${portsWords(count)}`} that this change sent
          something to, takes back there what it did, and leaves what others have changed since. Where nothing
          of it is left, the port is left out, and named.
        </p>
        <p>
          It is a change of its own: in waves, with a record for each port, and it can be paused or ended.{' '}
          {pace && paceWords(pace).join(' ')}
        </p>
        <PaceFields typed={typed} onTyped={setTyped} problems={problems} />
        {pace && <p>In {wavesWords(pace, count)}.</p>}
        <details open={guarded}>
          <summary>If undoing breaks a guard</summary>
          <TypedNumber
            act="undo it all the same, also where that breaks a guard"
            ports={ports}
            typed={number}
            onTyped={setNumber}
          />
        </details>
        {error !== null && (
          <ErrorPanel
            error={error}
            title="The undoing did not begin"
            unknown={{
              title: 'Whether the undoing has begun is unknown',
              text: 'It is safe to send it again: it never begins twice.',
            }}
          />
        )}
      </div>
    </Dialog>
  )
}
