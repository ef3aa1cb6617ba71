import { RuleBook } from '../../vpc/traffic/effective-rules.ts'
import { ruleTable, type RuleTable } from '../../vpc/traffic/rule-table.ts'
import { addressesIn, rulesRead, type RulesQuestion } from './compare-traffic.ts'

/** The rules of lists in the order in which they decide. */
export function rulesOf({ lists, rules, members, flavor }: RulesQuestion): RuleTable {
  const known = rulesRead(rules)
  const of = addressesIn(members)
  return ruleTable(lists, new RuleBook(known, { membersOf: of, entriesOf: of, flavor }), known)
}
