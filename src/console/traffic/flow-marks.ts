import type { Change } from '../../vpc/traffic/decisions.ts'
import type { IconName } from '../ui/Icon.tsx'

/** How a change is marked, and named where no heading names it: not by its colour alone. */
export const FLOW_MARKS: Record<Change, { icon: IconName; words: string }> = {
  newly_allowed: { icon: 'shield-off', words: 'Newly allowed' },
  newly_denied: { icon: 'shield', words: 'Newly denied' },
  undecided: { icon: 'info', words: 'Can’t be decided' },
}
