import { Link } from '@tanstack/react-router'
import { Suspense, useRef, useState, type JSX } from 'react'
import { addressesOf } from '../../vpc/port-facts.ts'
import { textOf } from '../../vpc/shown.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { later } from '../errors/later.tsx'
import { portsInSearch, type NewChangeSearch } from '../facts/new-change-search.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { TextArea } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { portsWords } from '../waves/bulk-words.ts'
import { findPorts, type Found, type FoundPort } from '../pickers/find-ports.ts'
import styles from './NewChangePage.module.css'

const GroupPicker = later(() => import('../pickers/GroupPicker.tsx').then((module) => module.GroupPicker))

/** What is in the address of the ports that are chosen. */
export type PortsSearchPart = Pick<NewChangeSearch, 'ports' | 'kept' | 'all'> & { group?: string }

type PortsDialogProps = {
  project: string
  onChoose: (search: PortsSearchPart) => void
  onClose: () => void
}

/** So many unknown texts are named. */
const MOST_NAMED = 30

/** Which ports: by their group, all of them, from the table, or from a pasted text. */
export function PortsDialog({ project, onChoose, onClose }: PortsDialogProps): JSX.Element {
  const [picking, setPicking] = useState(false)
  const [text, setText] = useState('')
  const [state, setState] = useState<{ reading?: number; found?: Found; error?: unknown }>({})
  const [chosen, setChosen] = useState<ReadonlyMap<string, FoundPort>>(new Map())
  const abort = useRef<AbortController>(null)
  const finding = useRef<HTMLButtonElement>(null)
  const find = async (whole: boolean) => {
    const gone = new AbortController()
    abort.current = gone
    setChosen(new Map())
    setState({ reading: 0 })
    try {
      const onRead = (reading: number) => !gone.signal.aborted && setState({ reading })
      setState({ found: await findPorts(project, text, whole, onRead, gone.signal) })
    } catch (error) {
      setState(gone.signal.aborted ? {} : { error })
    }
  }
  const close = () => {
    abort.current?.abort()
    onClose()
  }
  const found = state.found !== undefined && !('problem' in state.found) ? state.found : undefined
  const ids = found ? [...new Set([...found.found, ...chosen.values()].map(({ id }) => id))] : []
  const asked = found?.ambiguous.filter(({ text: one }) => !chosen.has(one)).length ?? 0
  if (picking)
    return (
      <Suspense>
        <GroupPicker
          project={project}
          title="All ports that have this group"
          allTheSame="Take this ID all the same"
          onClose={() => setPicking(false)}
          onPick={(group) => onChoose({ group })}
        />
      </Suspense>
    )
  return (
    <Dialog
      open
      wide
      title="Which ports?"
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            variant="primary"
            disabledReason={
              found === undefined
                ? 'Find the ports first'
                : asked > 0
                  ? 'Choose the port that is meant first'
                  : ids.length === 0
                    ? 'No port was found'
                    : undefined
            }
            onClick={() => onChoose(portsInSearch(ids))}
          >
            Take {portsWords(ids.length)}
          </Button>
        </>
      }
    >
      <div className={styles.stack}>
        <div className={styles.ways}>
          <Button onClick={() => setPicking(true)}>All ports that have a group…</Button>
          <Button onClick={() => onChoose({ all: 'true' })}>All ports of the project</Button>
          <Link to="/projects/$projectId/ports" params={{ projectId: project }}>
            Choose in the table of ports
          </Link>
        </div>
        <TextArea
          label="Or paste IDs, names or IP addresses"
          hint="Apart by spaces, commas or lines. A name with spaces in it goes in quotes."
          rows={7}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setState({})
          }}
        />
        <div className={styles.ways}>
          <Button
            ref={finding}
            busy={state.reading !== undefined}
            disabledReason={text.trim() === '' ? 'Paste or type something first' : undefined}
            onClick={() => void find(false)}
          >
            Find these ports
          </Button>
          {state.reading !== undefined && (
            <>
              <span>Reading: {portsWords(state.reading)} so far</span>
              <Button
                size="small"
                variant="ghost"
                onClick={() => {
                  abort.current?.abort()
                  finding.current?.focus()
                }}
              >
                Stop
              </Button>
            </>
          )}
        </div>
        {state.error !== undefined && <ErrorPanel error={state.error} title="The ports could not be read" />}
        {state.found !== undefined && 'problem' in state.found && (
          <Notice tone="warn" title={state.found.problem} role="alert" />
        )}
        {found && <output>{portsWords(found.found.length)} found.</output>}
        {found && found.unknown.length > 0 && (
          <Notice
            tone="warn"
            title={`${found.unknown.length} not found`}
            role="alert"
            actions={
              !found.whole && (
                <Button size="small" onClick={() => void find(true)}>
                  Look through all ports
                </Button>
              )
            }
          >
            No port has this as its ID, name or IP address: {found.unknown.slice(0, MOST_NAMED).join(', ')}
            {found.unknown.length > MOST_NAMED && ` and ${found.unknown.length - MOST_NAMED} more`}.
            {!found.whole && ' Upper and lower case count, unless all ports are looked through.'}
          </Notice>
        )}
        {found?.ambiguous.map(({ text: one, candidates }) => (
          <fieldset key={one} className={styles.ambiguous}>
            <legend>Several ports are called {one}. Which is meant?</legend>
            {candidates.map((port) => (
              <label key={port.id}>
                <input
                  type="radio"
                  name={`meant ${one}`}
                  checked={chosen.get(one) === port}
                  onChange={() => setChosen(new Map([...chosen, [one, port]]))}
                />{' '}
                {textOf(port.name) ?? 'without a name'} · {addressesOf(port).join(', ')} ·{' '}
                <code>{port.id}</code>
              </label>
            ))}
          </fieldset>
        ))}
      </div>
    </Dialog>
  )
}
