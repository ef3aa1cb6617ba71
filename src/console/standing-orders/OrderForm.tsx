import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type JSX } from 'react'
import { choosePorts } from '../../vpc/bulk/choose-ports.ts'
import { intentWords } from '../../vpc/bulk/intent-words.ts'
import type { Intent } from '../../vpc/bulk/intent.ts'
import { isUuid } from '../../vpc/ids.ts'
import type { Port } from '../../vpc/port.ts'
import { MOST_NAMED_PORTS, type OrderPorts, type StandingOrder } from '../../vpc/standing-orders-api.ts'
import { orderPortsWords } from '../../vpc/standing-orders.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { groupName } from '../facts/group-names.ts'
import { intentInSearch } from '../facts/new-change-search.ts'
import { useGroupNames } from '../facts/use-group-names.ts'
import { findPorts } from '../pickers/find-ports.ts'
import { GroupChips } from '../pickers/GroupChips.tsx'
import { draftOf, intentOf, type Draft } from '../pickers/intent-draft.ts'
import { IntentFields } from '../pickers/IntentFields.tsx'
import { changeOrder, makeOrder, ordersChanged } from '../proxy-client/standing-orders.ts'
import { Button } from '../ui/Button.tsx'
import { SelectField, TextArea, TextField } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import { everyWords, INTERVALS, whoDeparts } from './order-words.ts'
import styles from './OrdersPage.module.css'

type OrderFormProps = {
  project: string
  /** The one to change; undefined for a new one. */
  order: StandingOrder | undefined
  /** How often somebody has asked for it: each time it gets the focus. */
  asked: number
  onClose: () => void
  onDone: (order: StandingOrder) => void
}

const FIRST: Draft = draftOf({ do: 'move', place: 'top' })

/** Makes a standing order, or changes one. */
export function OrderForm({ project, order, asked, onClose, onDone }: OrderFormProps): JSX.Element {
  const client = useQueryClient()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (asked > 0) heading.current?.focus()
  }, [asked])
  // Sent again after a lost response, it is the same one.
  const [id] = useState(() => crypto.randomUUID())
  const [name, setName] = useState(order?.name ?? '')
  const [draft, setDraft] = useState(() => (order ? draftOf(intentInSearch(order.intent)) : FIRST))
  const [group, setGroup] = useState(order?.ports.group)
  const [inName, setInName] = useState(order?.ports.name ?? '')
  const [named, setNamed] = useState(order?.ports.ports?.join('\n') ?? '')
  const [every, setEvery] = useState(order ? order.check_every_minutes : 60)
  const [tried, setTried] = useState(false)
  const groups = [...draft.groups, ...(draft.next ? [draft.next] : []), ...(group ? [group] : [])]
  const names = useGroupNames(project, groups)
  const nameOf = (one: string) => groupName({ groups: names }, one)
  const wanted = intentOf(draft)
  const nameProblem = name.trim() === '' ? 'Give it a name.' : undefined
  const intervals = INTERVALS.some(([minutes]) => minutes === every) ? INTERVALS : [...INTERVALS, own(every)]
  const saving = useMutation({
    meta: { refused: 'Your standing order was not kept.' },
    mutationFn: async (intent: Intent) => {
      const ids = await portsNamed(project, named)
      const ports: OrderPorts = {
        ...(group !== undefined && { group }),
        ...(inName.trim() !== '' && { name: inName.trim() }),
        ...(ids !== undefined && { ports: ids }),
      }
      const content = { name: name.trim(), intent, ports, check_every_minutes: every }
      return order === undefined
        ? makeOrder(project, { order_id: id, ...content })
        : changeOrder(order.order_id, { revision: order.revision, ...content })
    },
    onSuccess: onDone,
    onSettled: () => ordersChanged(client),
  })
  const save = () => {
    setTried(true)
    if ('intent' in wanted && nameProblem === undefined) saving.mutate(wanted.intent)
  }
  const { error } = saving
  const found = error instanceof NotFound ? error : undefined
  return (
    <Panel
      headingRef={heading}
      title={order === undefined ? 'New standing order' : `Change ‘${order.name}’`}
      className={styles.formPanel}
      footer={
        <div className={styles.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={saving.isPending} onClick={save}>
            {order === undefined ? 'Keep and check' : 'Keep'}
          </Button>
        </div>
      }
    >
      <div className={styles.form}>
        <TextField
          label="Name"
          value={name}
          maxLength={80}
          placeholder="quarantine before everything"
          onChange={(event) => setName(event.target.value)}
          error={tried ? nameProblem : undefined}
        />
        <fieldset className={styles.fieldset}>
          <legend>How lists have to be</legend>
          <div className={styles.sentence}>
            <IntentFields
              project={project}
              draft={draft}
              names={names}
              onChange={(part) => setDraft((now) => ({ ...now, ...part }))}
            />
          </div>
          {'intent' in wanted ? (
            <p className={styles.facts}>
              {intentWords(wanted.intent, nameOf)} {whoDeparts(wanted.intent)}
            </p>
          ) : (
            <p className={tried ? styles.lacks : styles.facts} role={tried ? 'alert' : undefined}>
              {wanted.lacks}
            </p>
          )}
        </fieldset>
        <fieldset className={styles.fieldset}>
          <legend>For which ports</legend>
          <p className={styles.facts}>
            For all ports of the project, but for what you say here. A port has to fit all of it.
          </p>
          <div className={styles.sentence}>
            <span>They have</span>
            <GroupChips
              project={project}
              label="The group that ports have"
              groups={group === undefined ? [] : [group]}
              names={names}
              most={1}
              onChange={([one]) => setGroup(one)}
            />
          </div>
          <TextField
            label="Their name has this text"
            value={inName}
            maxLength={255}
            onChange={(event) => setInName(event.target.value)}
          />
          <TextArea
            label="They are among these: IDs, names or IP addresses"
            hint={`Apart by spaces, commas or lines; at most ${MOST_NAMED_PORTS.toLocaleString('en')}.`}
            rows={3}
            value={named}
            onChange={(event) => setNamed(event.target.value)}
          />
          {named.trim() === '' && (
            <p className={styles.facts}>
              For{' '}
              {orderPortsWords(
                {
                  ...(group !== undefined && { group }),
                  ...(inName.trim() !== '' && { name: inName.trim() }),
                },
                nameOf,
              )}
              .
            </p>
          )}
        </fieldset>
        <SelectField
          label="Checked"
          hint="Checks read the ports when there are calls to spare."
          value={every ?? ''}
          onChange={(event) => setEvery(event.target.value === '' ? null : Number(event.target.value))}
        >
          <option value="">{everyWords(null)}</option>
          {intervals.map(([minutes, words]) => (
            <option key={minutes} value={minutes}>
              {words}
            </option>
          ))}
        </SelectField>
        {found && (
          <Notice tone="warn" title="The ports that it is for are not clear" role="alert">
            {found.message}
          </Notice>
        )}
        {error !== null && !found && (
          <ErrorPanel
            error={error}
            title="The standing order was not kept"
            unknown={{
              title: 'Whether the standing order was kept is unknown',
              text: 'Look at the list below; it is safe to send it again.',
            }}
          />
        )}
      </div>
    </Panel>
  )
}

/** An interval that only the API offers. */
function own(minutes: number | null): readonly [number, string] {
  return [minutes ?? 0, everyWords(minutes)]
}

/** What was typed names no port, or several. */
class NotFound extends Error {}

/** The IDs of the ports that were named; undefined where none were. @throws NotFound */
async function portsNamed(project: string, text: string): Promise<string[] | undefined> {
  if (text.trim() === '') return undefined
  const read = choosePorts<Port>(text, [])
  if ('problem' in read) throw new NotFound(read.problem)
  const texts = read.unknown
  if (texts.length > MOST_NAMED_PORTS)
    throw new NotFound(
      `These are ${texts.length.toLocaleString('en')} ports; a standing order names at most ${MOST_NAMED_PORTS.toLocaleString('en')}. Say what they have in common instead.`,
    )
  // An ID is taken as it is: a check says when there is no such port.
  if (texts.every((one) => isUuid(one))) return texts.map((one) => one.toLowerCase())
  const found = await findPorts(project, text, false, () => {}, new AbortController().signal)
  if ('problem' in found) throw new NotFound(found.problem)
  const problems = [
    ...(found.unknown.length > 0
      ? [`No port has this as its ID, name or IP address: ${found.unknown.slice(0, 20).join(', ')}.`]
      : []),
    ...found.ambiguous.map(
      ({ text: one, candidates }) =>
        `Several ports are called ${one}: write the ID in its place (${candidates
          .slice(0, 10)
          .map((port) => port.id)
          .join(', ')}).`,
    ),
  ]
  if (problems.length > 0) throw new NotFound(problems.join(' '))
  return [...new Set(found.found.map((port) => port.id.toLowerCase()))]
}
