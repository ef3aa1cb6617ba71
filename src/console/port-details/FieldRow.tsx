import type { JSX } from 'react'
import { deviceOwnerWords } from '../../vpc/device-owner.ts'
import { isUuid } from '../../vpc/ids.ts'
import { departure, kindOf, undocumentedKeys } from '../../vpc/port-field-departure.ts'
import type { PortField } from '../../vpc/port-fields.ts'
import { GroupName } from '../facts/GroupName.tsx'
import { Badge } from '../ui/Badge.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Id } from '../ui/Id.tsx'
import { Meaning } from './Meaning.tsx'
import styles from './PortDetails.module.css'

type FieldRowProps = {
  field: PortField
  value: unknown
  /** What it was before, when it changed. */
  before?: { value: unknown } | undefined
  groupName?: ((id: string) => string | undefined) | undefined
}

/** One field: its name and meaning, its value, and how that departs from the documentation. */
export function FieldRow({ field, value, before, groupName }: FieldRowProps): JSX.Element {
  const odd = field.table === 0 ? undefined : departure(field, value)
  const classes = [
    styles.field,
    before && styles.changed,
    field.fields !== undefined && holdsFields(value) && styles.deep,
  ]
  return (
    <div className={classes.filter(Boolean).join(' ')}>
      <dt>
        <code>{field.name}</code>
        {field.table > 0 && <Meaning field={field} />}
        {before && <Badge tone="accent">Changed</Badge>}
      </dt>
      <dd>
        <FieldValue field={field} value={value} groupName={groupName} />
        {odd !== undefined && (
          <span className={styles.odd}>
            <Icon name="info" size={12} /> Not as documented: {odd}
          </span>
        )}
        {before && (
          <div className={styles.before}>
            <span>Before:</span>
            <FieldValue field={field} value={before.value} groupName={groupName} />
          </div>
        )}
      </dd>
    </div>
  )
}

type FieldValueProps = {
  field: PortField
  value: unknown
  groupName?: ((id: string) => string | undefined) | undefined
}

/** A value as it was sent, laid out by the documented type; any other type is JSON. */
function FieldValue({ field, value, groupName }: FieldValueProps): JSX.Element {
  if (value === undefined)
    return (
      <span className={styles.muted}>
        — <span className={styles.note}>not in the response</span>
      </span>
    )
  if (typeof value === 'string') return <Text field={field} value={value} />
  if (Array.isArray(value) && value.length === 0) return <span className={styles.muted}>[ ] empty list</span>
  if (Array.isArray(value) && kindOf(field) === 'texts')
    return (
      <ol className={styles.list}>
        {value.map((one: unknown, at) => (
          // The same text may be there twice: only its place is its own.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={at}>
            {typeof one === 'string' ? (
              <>
                {groupName?.(one) !== undefined && (
                  <span className={styles.groupName}>
                    <GroupName id={one}>{groupName(one)}</GroupName>
                  </span>
                )}
                <Id value={one} label="security group ID" short={groupName?.(one) !== undefined} />
              </>
            ) : (
              <Json value={one} />
            )}
          </li>
        ))}
      </ol>
    )
  if (Array.isArray(value) && field.fields !== undefined)
    return (
      <ol className={styles.objects}>
        {value.map((one: unknown, at) => (
          // oxlint-disable-next-line react/no-array-index-key
          <li key={at}>
            {isObject(one) ? <Fields fields={field.fields ?? []} value={one} /> : <Json value={one} />}
          </li>
        ))}
      </ol>
    )
  if (isObject(value)) {
    if (field.fields !== undefined) return <Fields fields={field.fields} value={value} />
    if (Object.keys(value).length === 0) return <span className={styles.muted}>{'{ }'} empty object</span>
  }
  return <Json value={value} />
}

function Text({ field, value }: { field: PortField; value: string }): JSX.Element {
  if (value === '') return <span className={styles.muted}>&quot;&quot; empty</span>
  if (isUuid(value)) return <Id value={value} label={field.name} />
  if (field.name === 'device_owner')
    return (
      <span>
        <code>{value}</code>{' '}
        {deviceOwnerWords(value) !== value && <span className={styles.muted}>{deviceOwnerWords(value)}</span>}
      </span>
    )
  return field.name === 'name' || field.name === 'description' ? <span>{value}</span> : <code>{value}</code>
}

/** The documented fields of an object, each with its meaning; then what else it has. */
function Fields({
  fields,
  value,
}: {
  fields: readonly PortField[]
  value: Record<string, unknown>
}): JSX.Element {
  return (
    <dl className={styles.nested}>
      {fields.map((field) => (
        <FieldRow key={field.name} field={field} value={value[field.name]} />
      ))}
      {undocumentedKeys(fields, value).map((name) => (
        <FieldRow key={name} field={{ name, type: '', table: 0, definition: '' }} value={value[name]} />
      ))}
    </dl>
  )
}

function Json({ value }: { value: unknown }): JSX.Element {
  return <code className={styles.json}>{JSON.stringify(value, null, typeof value === 'object' ? 2 : 0)}</code>
}

/**
 * An object or objects to lay out below the field's name; an empty object lacks each of its fields.
 */
function holdsFields(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isObject(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
