import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { JSX } from 'react'
import type { BulkChangeSummary } from '../../vpc/bulk-changes-api.ts'
import { shortened } from '../../vpc/errors.ts'
import { useHalfDone } from '../operations/half-done.ts'
import { openChangesQuery } from '../proxy-client/bulk-changes.ts'
import { Icon } from '../ui/Icon.tsx'
import { shortId } from '../ui/short-id.ts'
import styles from './HalfDone.module.css'
import { useKnownProject } from './known-project.ts'

/** So many ports are named at once; the others are folded. */
const MOST_NAMED = 3
/** So much of what a bulk change does is said: it may name many groups. */
const MOST_OF_WORDS = 100

/**
 * Said on every page of a project: which changes stopped or wait for somebody, and which
 * arrangements were not applied, each with the way there. The page of that port or change says
 * it itself.
 */
export function HalfDone(): JSX.Element | null {
  const project = useKnownProject()
  return project === undefined ? null : <OfProject key={project} project={project} />
}

type Place = { key: string; portId: string; portName: string | null | undefined; title?: string }

function OfProject({ project }: { project: string }): JSX.Element | null {
  const { portId: here, recordId, changeId } = useParams({ strict: false })
  const { stopped, more, drafts } = useHalfDone(project, here)
  const { data: bulk } = useQuery(openChangesQuery(project))
  const open =
    bulk?.bulk_changes.filter((one) => one.bulk_change_id !== changeId && waitsForSomebody(one)) ?? []
  const isMore = typeof bulk?.next === 'string'
  const bulkStopped = open.filter(({ state }) => state === 'stopped')
  const bulkWaiting = open.filter(({ state }) => state !== 'stopped')
  const waiting = stopped
    .filter(({ port_id, operation_id }) => port_id !== here && operation_id !== recordId)
    .map(({ operation_id, port_id, port_name, user, created_at }): Place => ({
      key: operation_id,
      portId: port_id,
      portName: port_name,
      title: `By ${user}, ${created_at.slice(0, 16).replace('T', ' ')} UTC`,
    }))
  const arranged = drafts.map(({ portId, portName }): Place => ({ key: portId, portId, portName }))
  if (waiting.length + open.length + arranged.length === 0) return null
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
      {bulkStopped.length > 0 && (
        <div className={`${styles.line} ${styles.stopped}`}>
          <Icon name="warning" />
          <b>{onManyPorts(bulkStopped.length, isMore)} stopped:</b>
          <BulkPlaces project={project} changes={bulkStopped} />
        </div>
      )}
      {bulkWaiting.length > 0 && (
        <div className={styles.line}>
          <Icon name="clock" />
          <b>
            {onManyPorts(bulkWaiting.length, isMore)} {bulkWaiting.length === 1 && !isMore ? 'waits' : 'wait'}{' '}
            for somebody to go on:
          </b>
          <BulkPlaces project={project} changes={bulkWaiting} />
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

/** It stays as it is until a user chooses. */
function waitsForSomebody({ state, next_wave_at }: BulkChangeSummary): boolean {
  return state === 'stopped' || state === 'paused' || (state === 'waiting' && next_wave_at === null)
}

function onManyPorts(count: number, isMore: boolean): string {
  return count === 1 && !isMore
    ? '1 change on many ports'
    : `${count}${isMore ? ' or more' : ''} changes on many ports`
}

function BulkPlaces(props: { project: string; changes: readonly BulkChangeSummary[] }): JSX.Element {
  const { project, changes } = props
  return (
    <Folded
      links={changes.map(({ bulk_change_id, words, user, counts }) => (
        <li key={bulk_change_id}>
          <Link
            to="/projects/$projectId/changes/$changeId"
            params={{ projectId: project, changeId: bulk_change_id }}
            title={`${words} By ${user}; ${counts.waiting === 1 ? '1 port waits' : `${counts.waiting} ports wait`}`}
            preload={false}
          >
            {shortened(words.replace(/\.$/, ''), MOST_OF_WORDS)}
          </Link>
        </li>
      ))}
    />
  )
}

function Places({ project, places }: { project: string; places: readonly Place[] }): JSX.Element {
  return (
    <Folded
      links={places.map(({ key, portId, portName, title }) => (
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
      ))}
    />
  )
}

/** The first links; the others can be opened. */
function Folded({ links }: { links: readonly JSX.Element[] }): JSX.Element {
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
