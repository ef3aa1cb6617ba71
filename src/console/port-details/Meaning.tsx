import type { JSX } from 'react'
import type { PortField } from '../../vpc/port-fields.ts'
import { InfoPopover } from '../ui/InfoPopover.tsx'
import styles from './PortDetails.module.css'

/** A button beside a field's name that shows its documented meaning. */
export function Meaning({ field }: { field: PortField }): JSX.Element {
  return (
    <InfoPopover label={`About ${field.name}`}>
      <div className={styles.meaning}>
        <p>
          <code>{field.name}</code> · {field.type}
        </p>
        <p>{field.definition}</p>
        {field.range !== undefined && (
          <ul>
            {field.range.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        <p className={styles.source}>API reference, Table {field.table}</p>
      </div>
    </InfoPopover>
  )
}
