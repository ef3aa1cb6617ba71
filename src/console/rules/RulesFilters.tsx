import type { JSX } from 'react'
import { hasPorts, type FilterProblems, type RuleFilter } from '../../vpc/traffic/rule-filter.ts'
import { SelectField, TextField } from '../ui/Field.tsx'
import { effectText, type EffectKind } from './rule-words.ts'
import styles from './EffectiveRules.module.css'

/** What is looked for among the rules. */
export type ShownRules = RuleFilter & { effect: '' | EffectKind | 'changes' }

/** Nothing in particular. */
export const EVERY_RULE: ShownRules = {
  direction: '',
  protocol: '',
  port: '',
  address: '',
  group: '',
  effect: '',
}

type RulesFiltersProps = {
  shown: ShownRules
  problems: FilterProblems
  onChange: (shown: ShownRules) => void
  groups: readonly { id: string; name: string }[]
  /** The kinds of rules that there are. */
  kinds: readonly EffectKind[]
  /** There is another list to compare with. */
  compared: boolean
}

/** Filters the rules by the traffic they may match, and by what they decide. */
export function RulesFilters(props: RulesFiltersProps): JSX.Element {
  const { shown, problems, onChange, groups, kinds, compared } = props
  const field = (name: keyof ShownRules) => ({
    value: shown[name],
    onChange: (event: { target: { value: string } }) => onChange({ ...shown, [name]: event.target.value }),
  })
  return (
    <fieldset className={styles.filters}>
      <legend className="visually-hidden">Filter the rules</legend>
      <SelectField label="Rules of" {...field('direction')}>
        <option value="">Both directions</option>
        <option value="ingress">Ingress</option>
        <option value="egress">Egress</option>
      </SelectField>
      <SelectField label="For protocol" {...field('protocol')}>
        <option value="">Any</option>
        <option value="tcp">TCP</option>
        <option value="udp">UDP</option>
        <option value="icmp">ICMP</option>
        <option value="icmpv6">ICMPv6</option>
        <option value="other">Others</option>
      </SelectField>
      {hasPorts(shown.protocol) && (
        <TextField
          label="For port"
          inputMode="numeric"
          placeholder="Any"
          error={problems.port}
          {...field('port')}
        />
      )}
      <TextField
        label="For remote address"
        placeholder="Any, such as 10.0.0.0/8"
        error={problems.address}
        {...field('address')}
      />
      {groups.length > 1 && (
        <SelectField label="In group" {...field('group')}>
          <option value="">All {groups.length} groups</option>
          {groups.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
      <SelectField label="Which decide" {...field('effect')}>
        <option value="">Anything</option>
        {compared && <option value="changes">Other than now</option>}
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {effectText(kind)}
          </option>
        ))}
      </SelectField>
    </fieldset>
  )
}
