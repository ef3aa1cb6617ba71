import { Link, useNavigate } from '@tanstack/react-router'
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type JSX,
  type ReactNode,
} from 'react'
import type { Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
import { portsInSearch } from '../facts/new-change-search.ts'
import { useLatest } from '../hooks/latest.ts'
import { isNarrowed, type PortsSearch } from '../port-search/ports-search.ts'
import { Button } from '../ui/Button.tsx'
import { RowCheckbox } from '../ui/RowCheckbox.tsx'
import own from './ChoosePorts.module.css'
import styles from './PortsPage.module.css'

/** What a row shows to be chosen by. */
export type CheckOf = (port: Port) => ReactNode

type ChoosePortsProps = {
  project: string
  search: PortsSearch
  rows: readonly Port[]
  /** Gets what rows show while ports are chosen; undefined while none are. */
  onCheck: (check: CheckOf | undefined) => void
}

const NONE: ReadonlySet<string> = new Set()

/** The ports that are chosen. Each box follows it by itself: a click draws no row anew. */
class Chosen {
  #ids = NONE
  readonly #listeners = new Set<() => void>()
  /** The row that was clicked last: a range goes on from it. */
  last: string | undefined
  readonly get = () => this.#ids
  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  set(ids: ReadonlySet<string>): void {
    this.#ids = ids
    for (const listener of this.#listeners) listener()
  }
}

/** Chooses ports for one change on all of them: rows, or all that match. */
export function ChoosePorts({ project, search, rows, onCheck }: ChoosePortsProps): JSX.Element {
  const navigate = useNavigate()
  const [choosing, setChoosing] = useState(false)
  const [store] = useState(() => new Chosen())
  const chosen = useSyncExternalStore(store.subscribe, store.get)
  const latestRows = useLatest(rows)
  const bar = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const toggle = (id: string, range: boolean) => {
      const all = latestRows.current
      const next = new Set(store.get())
      const on = !next.has(id)
      const from = all.findIndex((one) => one.id === store.last)
      const to = all.findIndex((one) => one.id === id)
      const ids =
        range && from >= 0 ? all.slice(Math.min(from, to), Math.max(from, to) + 1).map((one) => one.id) : [id]
      for (const one of ids)
        if (on) next.add(one)
        else next.delete(one)
      store.last = id
      store.set(next)
    }
    onCheck(choosing ? (port) => <Check port={port} store={store} onToggle={toggle} /> : undefined)
  }, [choosing, store, latestRows, onCheck])
  useEffect(() => () => onCheck(undefined), [onCheck])
  const show = (on: boolean) => {
    setChoosing(on)
    store.set(NONE)
    // The button that was pressed is gone.
    requestAnimationFrame(() => bar.current?.querySelector('button')?.focus())
  }
  const { sort: _, ...filters } = search
  return (
    <div ref={bar} className={styles.choose}>
      {choosing ? (
        <>
          <Button size="small" onClick={() => show(false)}>
            Cancel
          </Button>
          <output>{chosen.size.toLocaleString('en')} chosen</output>
          <Button
            size="small"
            variant="primary"
            disabledReason={chosen.size === 0 ? 'Choose rows first' : undefined}
            onClick={() =>
              void navigate({
                to: '/projects/$projectId/changes/new',
                params: { projectId: project },
                search: portsInSearch([...chosen]),
              })
            }
          >
            Change them…
          </Button>
          <Link
            to="/projects/$projectId/changes/new"
            params={{ projectId: project }}
            search={(isNarrowed(search) ? filters : { all: 'true' }) as never}
          >
            {isNarrowed(search) ? 'Change all that match…' : 'Change all ports…'}
          </Link>
        </>
      ) : (
        <Button size="small" variant="ghost" onClick={() => show(true)}>
          Choose ports
        </Button>
      )}
    </div>
  )
}

type CheckProps = { port: Port; store: Chosen; onToggle: (id: string, range: boolean) => void }

function Check({ port, store, onToggle }: CheckProps): JSX.Element {
  const selected = useSyncExternalStore(store.subscribe, () => store.get().has(port.id))
  return (
    <span className={own.check}>
      <RowCheckbox
        id={port.id}
        name={textOf(port.name) ?? port.id}
        selected={selected}
        disabled={false}
        tabIndex={0}
        onToggle={onToggle}
      />
    </span>
  )
}
