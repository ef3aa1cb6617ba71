import type { AuditRecordKind, AuditOutcome, AuditRecordSummary } from '../../vpc/audit-log.ts'
import { counted, countWords } from '../facts/change-words.ts'
import { groupName, type Named } from '../facts/group-names.ts'
import type { Tone } from '../ui/Badge.tsx'

/** What audit records are of, in words. */
export const KIND_WORDS: Record<AuditRecordKind, string> = {
  change: 'Change',
  dry_run: 'Dry run',
  go_on: 'Finished later',
  go_back: 'Rolled back',
}

/** How audit records ended, in words, and how they are shown. `open`: no end was written. */
export const OUTCOME_WORDS: Record<AuditOutcome | 'open', { words: string; tone: Tone; meaning: string }> = {
  done: { words: 'Done', tone: 'ok', meaning: 'The port has the planned list.' },
  passed: { words: 'Passed', tone: 'ok', meaning: 'Every step passed the check; nothing was changed.' },
  refused: {
    words: 'Refused',
    tone: 'danger',
    meaning: 'A step was refused. Nothing was changed, unless the outcome of another step is unknown.',
  },
  incomplete: {
    words: 'Incomplete',
    tone: 'warn',
    meaning: 'Not every step could be checked. Nothing was changed, unless the outcome of a step is unknown.',
  },
  list_changed: {
    words: 'List had changed',
    tone: 'warn',
    meaning: 'Somebody changed the port after the plan was made. Nothing was sent.',
  },
  stopped: {
    words: 'Stopped',
    tone: 'danger',
    meaning: 'It stopped half-way and waits for a choice.',
  },
  interrupted: {
    words: 'Interrupted',
    tone: 'danger',
    meaning: 'Portside stopped half-way; it waits for a choice.',
  },
  left: {
    words: 'Left as it was',
    tone: 'warn',
    meaning: 'It stopped half-way, and the operator left the list as it was.',
  },
  superseded: {
    words: 'Superseded',
    tone: 'neutral',
    meaning: 'It stopped half-way; a later change took its place.',
  },
  open: {
    words: 'No end recorded',
    tone: 'warn',
    meaning: 'Unknown: Portside stopped before it wrote the result, or is still working.',
  },
}

/** How an audit record ended, in words. */
export function outcomeWords({ outcome, under_way }: Pick<AuditRecordSummary, 'outcome' | 'under_way'>) {
  if (outcome === null && under_way)
    return {
      words: 'Under way',
      tone: 'accent' as const,
      meaning: 'It is under way, or waits for its turn.',
    }
  return OUTCOME_WORDS[outcome ?? 'open']
}

/** What was to be done, at a glance: 'bastion-ssh 4 → 2, detached icmp-basic · 3 calls'. */
export function changeSummary(record: AuditRecordSummary, groups: Named): string {
  const { kind, steps, calls } = record
  const what = changedWords(record, groups)
  return [what, kind === 'dry_run' ? dryRunWords(calls, steps) : callWords(calls, steps)]
    .filter(Boolean)
    .join(' · ')
}

/** Positions count from 1. Where the lists are too large to be read, how many groups it is. */
function changedWords(
  { changes, changed_groups }: Pick<AuditRecordSummary, 'changes' | 'changed_groups'>,
  groups: Named,
): string {
  if (changes === null) return ''
  if (changed_groups === null) return countWords(changes)
  const words = changed_groups.map(({ id, from, to }) => {
    const name = groupName({ groups }, id)
    if (to === null) return `detached ${name}`
    return from === null ? `added ${name} at ${to + 1}` : `${name} ${from + 1} → ${to + 1}`
  })
  const more = changes.added + changes.moved + changes.detached - words.length
  return more > 0 ? `${words.join(', ')} and ${more} more` : words.join(', ')
}

function callWords(calls: number, steps: number): string {
  if (calls > steps) return `${counted(steps, 'call')} in ${calls} tries`
  return calls < steps ? `${calls} of ${counted(steps, 'call')}` : counted(steps, 'call')
}

function dryRunWords(calls: number, steps: number): string {
  return calls < steps
    ? `${calls} of ${counted(steps, 'step')} sent as a dry run`
    : `${counted(steps, 'step')} sent as a dry run`
}
