import type { JSX } from 'react'
import type { Port } from '../../vpc/port.ts'
import { undocumentedKeys } from '../../vpc/port-field-departure.ts'
import type { PortResponse } from '../../vpc/responses.ts'
import { textOf } from '../../vpc/shown.ts'
import { PORT_FIELDS, PORT_SECTIONS, type PortField } from '../../vpc/port-fields.ts'
import { isV1Read, V1_READ } from '../../vpc/v1-read.ts'
import { CopyButton } from '../ui/CopyButton.tsx'
import { Id } from '../ui/Id.tsx'
import { Notice } from '../ui/Notice.tsx'
import { FieldRow } from './FieldRow.tsx'
import styles from './PortDetails.module.css'
import { sameValue } from './same-value.ts'

/** A port as the platform sent it. */
export type PortDetailsProps = {
  port: Port
  /** The port as it was before: what changed is marked. */
  before?: Port | undefined
  /** The response that carried the port. */
  response?: PortResponse | undefined
  /** Names of security groups, where known, by ID. */
  groupName?: ((id: string) => string | undefined) | undefined
}

/**
 * Every field of a port (docs/platform.md, Objects), grouped for reading, with its documented
 * meaning. Nothing that the platform sent is hidden. What is missing, or not as documented, is
 * noted.
 */
export function PortDetails({ port, before, response, groupName }: PortDetailsProps): JSX.Element {
  const requestId = textOf(response?.request_id)
  const extra = undocumentedKeys(PORT_FIELDS, port).filter((name) => name !== V1_READ)
  const documented: Section[] = PORT_SECTIONS.map((name) => ({
    name,
    fields: PORT_FIELDS.filter(({ section }) => section === name),
  }))
  const sections =
    extra.length === 0
      ? documented
      : [...documented, { name: 'Not in the documentation', fields: extra.map(undocumented) }]
  // A field that the old read leaves out may have had this value before.
  const unread = (name: string) =>
    [port, before].some((one) => one && isV1Read(one) && one[name] === undefined)
  const all = sections.flatMap(({ fields }) => fields)
  const changed = before && all.filter(({ name }) => !sameValue(port[name], before[name]) && !unread(name))
  const row = (field: PortField) => (
    <FieldRow
      key={field.name}
      field={field}
      value={port[field.name]}
      // A missing field before is a change too, so the value is wrapped.
      before={changed?.includes(field) ? { value: before?.[field.name] } : undefined}
      groupName={groupName}
    />
  )
  const column = (some: readonly Section[]) => (
    <div className={styles.column}>
      {some.map(({ name, fields }) => (
        <section key={name} className={styles.section} aria-label={name}>
          <h3>{name}</h3>
          <dl>{fields.map(row)}</dl>
        </section>
      ))}
    </div>
  )
  const [left, right] = inTwoColumns(sections, port)
  return (
    <div className={styles.details}>
      {isV1Read(port) && (
        <Notice title="Read in an old form (v1 or v2.0)">
          The platform has no v3 port read in this region. The old read leaves out:{' '}
          {PORT_FIELDS.filter(({ name }) => port[name] === undefined)
            .map(({ name }) => name)
            .join(', ')}
          . An insert or a remove, where the platform offers them, returns the port in full.
        </Notice>
      )}
      <div className={styles.top}>
        {response && (
          <div className={styles.request}>
            <span className={styles.requestLabel}>request_id</span>
            {requestId === undefined ? 'none given' : <Id value={requestId} label="request ID" />}
          </div>
        )}
        {changed && (
          <p className={styles.changes}>
            {changed.length === 0
              ? 'No field changed.'
              : `${changed.length === 1 ? '1 field' : `${changed.length} fields`} changed: ${changed.map((field) => field.name).join(', ')}`}
          </p>
        )}
      </div>
      <div className={styles.sections}>
        {column(left)}
        {column(right)}
      </div>
      <RawJson text={JSON.stringify(response ?? port, null, 2)} />
    </div>
  )
}

type Section = { name: string; fields: readonly PortField[] }

/**
 * Sections in two columns, in their order, about as long as each other. CSS could fill columns by
 * itself, and takes four times as long to lay them out, with a hundred groups 50 ms.
 */
function inTwoColumns(sections: readonly Section[], port: Port): [Section[], Section[]] {
  const rowsOf = ({ fields }: Section) =>
    fields.reduce((rows, { name }) => rows + linesOf(port[name]), LINES_OF_HEAD)
  const rows = sections.map(rowsOf)
  const all = rows.reduce((sum, one) => sum + one, 0)
  let above = 0
  let end = 0
  // One more where that makes the longer column shorter.
  while (Math.max(above + rows[end]!, all - above - rows[end]!) < Math.max(above, all - above))
    above += rows[end++]!
  return [sections.slice(0, end), sections.slice(end)]
}

/** The heading of a section and its margins are about as high as so many lines. */
const LINES_OF_HEAD = 2

/** About how many lines a value takes. */
function linesOf(value: unknown): number {
  return Array.isArray(value) ? Math.max(1, value.length) : 1
}

function RawJson({ text }: { text: string }): JSX.Element {
  return (
    <details className={styles.raw}>
      <summary>Raw JSON</summary>
      <div className={styles.copy}>
        <CopyButton text={text} label="Copy JSON" showLabel />
      </div>
      {/* It scrolls, so the keyboard must be able to reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} aria-label="Raw JSON">
        {text}
      </pre>
    </details>
  )
}

/** A field that the platform sent and the documentation does not have. */
function undocumented(name: string): PortField {
  return { name, type: '', table: 0, definition: '' }
}
