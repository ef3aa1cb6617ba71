import { Link, useParams } from '@tanstack/react-router'
import type { JSX } from 'react'
import { useHalfDone } from '../operations/half-done.ts'
import { Icon } from '../ui/Icon.tsx'
import { shortId } from '../ui/Id.tsx'
import styles from './HalfDone.module.css'
import { useKnownProject } from './known-project.ts'

/** So many ports are named at once; the others are folded. */
const MOST_NAMED = 3

/**
 * Said on every page of a project: which changes stopped and wait for a choice, and which
 * arrangements were not applied, each with the way there. The page of that port or change says
 * it itself.
 */
export function HalfDone(): JSX.Element | null {
  const project = useKnownProject()
  return project === undefined ? null : <OfProject key={project} project={project} />
}

type Place = { key: string; portId: string; portName: string | null | undefined; title?: string }

function OfProject({ project }: { project: string }): JSX.Element | null {
  const { portId: here, recordId } = useParams({ strict: false })
  const { stopped, more, drafts } = useHalfDone(project, here)
  const waiting = stopped
    .filter(({ port_id, operation_id }) => port_id !== here && operation_id !== recordId)
    .map(({ operation_id, port_id, port_name, user, created_at }): Place => ({
      key: operation_id,
      portId: port_id,
      portName: port_name,
      title: `By ${user}, ${created_at.slice(0, 16).replace('T', ' ')} UTC`,
    }))
  const arranged = drafts.map(({ portId, portName }): Place => ({ key: portId, portId, portName }))
  if (waiting.length === 0 && arranged.length === 0) return null
  const count = `${waiting.length}${more ? ' or more' : ''}`
  return (
    <section className={styles.all} aria-label="Not finished">
      {waiting.length > 0 && (
        <div className={`${styles.line} ${styles.stopped}`}>
          <Icon name="warning" />
          <b>
            {waiting.length === 1 && !more
              ? '1 change stopped and waits for a choice:'
              : `${count} changes stopped and wait for a choice:`}
          </b>
          <Places project={project} places={waiting} />
        </div>
      )}
      {arranged.length > 0 && (
        <div className={styles.line}>
          <Icon name="info" />
          <b>
            {arranged.length === 1
              ? '1 arrangement not applied:'
              : `${arranged.length} arrangements not applied:`}
          </b>
          <Places project={project} places={arranged} />
        </div>
      )}
    </section>
  )
}

function Places({ project, places }: { project: string; places: readonly Place[] }): JSX.Element {
  const links = places.map(({ key, portId, portName, title }) => (
    <li key={key}>
      <Link
        to="/projects/$projectId/ports/$portId"
        params={{ projectId: project, portId }}
        title={title}
        preload={false}
      >
        {portName || `port ${shortId(portId)}`}
      </Link>
    </li>
  ))
  const folded = links.slice(MOST_NAMED)
  return (
    <>
      <ul className={styles.places}>{links.slice(0, MOST_NAMED)}</ul>
      {folded.length > 0 && (
        <details className={styles.folded}>
          <summary>and {folded.length} more</summary>
          <ul className={styles.places}>{folded}</ul>
        </details>
      )}
    </>
  )
}
