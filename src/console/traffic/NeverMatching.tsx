import type { JSX } from 'react'
import { ruleText, type Names } from '../../vpc/traffic/explain.ts'
import type { TrafficResult } from './compare-traffic.ts'
import { refKey } from './rule-key.ts'
import styles from './TrafficChanges.module.css'

type NeverMatchingProps = {
  rules: Extract<TrafficResult, { kind: 'differences' }>['neverMatching']
  names: Names
}

/** The rules that can never match, as arranged. */
export function NeverMatching({ rules: { count, first }, names }: NeverMatchingProps): JSX.Element {
  return (
    <details>
      <summary>
        Rules that can never match, as arranged <span className={styles.count}>{count}</span>
      </summary>
      <ul className={styles.lines}>
        {first.map(({ ref, reason, by, more }) => (
          <li key={refKey(ref)}>
            {ruleText(ref, names)}
            {reason === 'no_members'
              ? ref.rule?.remote_address_group_id
                ? ': its address group has no such address'
                : ': no port of its remote group has such an address'
              : `: shadowed by ${by.map((one) => ruleText(one, names)).join(', ')}${more > 0 ? ` and ${more} more, together` : ''}`}
          </li>
        ))}
      </ul>
      {count > first.length && (
        <p className={styles.note}>And {count - first.length} more: the effective rules list all.</p>
      )}
    </details>
  )
}
