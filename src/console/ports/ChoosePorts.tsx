import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useRef, useState, type JSX, type ReactNode } from 'react'
import type { Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
import { portsInSearch } from '../facts/new-change-search.ts'
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

/** Chooses ports for one change on all of them: rows, or all that match. */
export function ChoosePorts({ project, search, rows, onCheck }: ChoosePortsProps): JSX.Element {
  const navigate = useNavigate()
  const [choosing, setChoosing] = useState(false)
  const [chosen, setChosen] = useState(NONE)
  const last = useRef<string>(undefined)
  const bar = useRef<HTMLDivElement>(null)
  // Before it is painted: a box never shows what it was before the click.
  useLayoutEffect(() => {
    const toggle = ({ id }: Port, range: boolean) => {
      const next = new Set(chosen)
      const on = !chosen.has(id)
      const [from, to] = [
        rows.findIndex((one) => one.id === last.current),
        rows.findIndex((one) => one.id === id),
      ]
      const ids =
        range && from >= 0
          ? rows.slice(Math.min(from, to), Math.max(from, to) + 1).map((one) => one.id)
          : [id]
      for (const one of ids)
        if (on) next.add(one)
        else next.delete(one)
      last.current = id
      setChosen(next)
    }
    onCheck(
      choosing
        ? (port) => (
            <span className={own.check}>
              <RowCheckbox
                id={port.id}
                name={textOf(port.name) ?? port.id}
                selected={chosen.has(port.id)}
                disabled={false}
                tabIndex={0}
                onToggle={(_, range) => toggle(port, range)}
              />
            </span>
          )
        : undefined,
    )
  }, [choosing, chosen, rows, onCheck])
  useEffect(() => () => onCheck(undefined), [onCheck])
  const show = (on: boolean) => {
    setChoosing(on)
    setChosen(NONE)
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
