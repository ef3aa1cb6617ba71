import type { RuleTable } from '../../vpc/traffic/rule-table.ts'
import type { RulesQuestion } from '../traffic/compare-traffic.ts'
import { useWorker, type WorkerState } from './use-worker.ts'

/** The rules of a question in order, by the traffic worker. */
export type RuleTableState =
  | Exclude<WorkerState<RulesQuestion>, { state: 'known' }>
  | { state: 'known'; table: RuleTable; question: RulesQuestion; isCurrent: boolean }

/** Has the traffic worker put the rules of lists in order. */
export function useRuleTable(question: RulesQuestion | undefined): RuleTableState {
  const found = useWorker(question)
  return found.state === 'known' ? { ...found, table: found.result } : found
}
