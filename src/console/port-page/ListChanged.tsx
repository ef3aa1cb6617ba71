import { useMemo, type JSX } from 'react'
import { rebase, type RebaseNote } from '../../vpc/rebase.ts'
import type { Operation } from '../../vpc/portside-api.ts'
import { GroupName } from '../facts/GroupName.tsx'
import { ListComparison } from '../facts/ListComparison.tsx'
import { useAnnounce } from '../ui/Announcer.tsx'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { arrange, arrangementOf, type Arrangement, type GroupList } from '../arrangement/arrangement.ts'
import { groupName, type GroupFacts } from '../facts/group-facts.ts'

type ListChangedProps = {
  /** Made for another list than `now`. */
  conflict: Arrangement
  now: GroupList
  /** `now` is what a stopped change, sent from that arrangement, left on the port. */
  leftHalfway: boolean
  /**
   * How the operation ended that `conflict` was sent as; undefined when it was never sent,
   * 'unknown' when no such operation is known.
   */
  sent: Operation['status'] | 'unknown' | undefined
  facts: GroupFacts
  keep: (arrangement: Arrangement | null) => void
}

const NOTES: Record<RebaseNote['kind'], string> = {
  removed_meanwhile: 'was detached by someone else, and stays off the port',
  added_by_both: 'was added by someone else too: it goes where you put it',
  moved_by_both: 'was moved by someone else too: it goes where you put it',
}

function sentWords(sent: ListChangedProps['sent']): string {
  if (sent === undefined) return 'This arrangement was not sent.'
  if (sent === 'list_changed') return 'Nothing of this arrangement was sent.'
  if (sent === 'unknown') return 'It was sent, but no change that it started is known so far.'
  return 'It was sent before, and is not what the port has now.'
}

/**
 * Says how the port's list differs from the arranged one, and asks: re-apply the changes or discard
 * them?
 */
export function ListChanged({
  conflict,
  now,
  leftHalfway,
  sent,
  facts,
  keep,
}: ListChangedProps): JSX.Element {
  const announce = useAnnounce()
  const rebased = useMemo(
    () =>
      // The list half-way is no decision of anybody else: the operator still wants the same order.
      leftHalfway
        ? { desired: conflict.desired, notes: [] }
        : rebase(conflict.madeFor, conflict.desired, now),
    [conflict, now, leftHalfway],
  )
  return (
    <Notice
      tone="warn"
      role="alert"
      title={leftHalfway ? 'Your change was left half-way' : 'The list changed since you arranged it'}
      actions={
        <>
          <Button
            variant="primary"
            onClick={() => {
              keep(arrange(arrangementOf(now), rebased.desired))
              announce('Your changes were re-applied to the list as it is now')
            }}
          >
            Re-apply my changes to the new list
          </Button>
          <Button
            onClick={() => {
              keep(null)
              announce('Your changes were discarded')
            }}
          >
            Discard my changes
          </Button>
        </>
      }
    >
      <p>
        {leftHalfway
          ? 'Re-applying arranges the rest of it on the list as it is now; discarding forgets it. Neither sends anything.'
          : `${sentWords(sent)} Nothing can be sent before you choose. Re-applying makes your changes again on the list as it is now; discarding forgets them.`}
      </p>
      <ListComparison
        before={conflict.madeFor}
        after={now}
        beforeTitle="When you arranged it"
        afterTitle="On the port now"
        facts={facts}
      />
      {rebased.notes.length > 0 && (
        <ul>
          {rebased.notes.map(({ kind, id }) => (
            <li key={id}>
              <b>
                <GroupName id={id}>{groupName(facts, id)}</GroupName>
              </b>{' '}
              {NOTES[kind]}.
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}
