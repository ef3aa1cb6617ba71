import { Link } from '@tanstack/react-router'
import type { JSX } from 'react'
import { deviceOwnerWords } from '../../vpc/device-owner.ts'
import { addressesOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
import { listSearch } from '../hooks/list-search.ts'
import { Id } from '../ui/Id.tsx'
import { shortId } from '../ui/short-id.ts'
import { PageHeader } from '../ui/PageHeader.tsx'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import styles from './PortHeader.module.css'

/** The place in the head for when the port was read. */
export const READ_AT = 'read-at'
/** This page is below the one of the link, and not it. */
const EXACT = { exact: true }

/** The head of the port page; without a port while it is being read. */
export function PortHeader(props: { project: string; portId: string; port?: Port | undefined }): JSX.Element {
  const { project, portId, port } = props
  const owner = deviceOwnerWords(textOf(port?.device_owner))
  const addresses = port ? addressesOf(port) : []
  return (
    <PageHeader
      title={textOf(port?.name) ?? `Port ${shortId(portId)}`}
      cut
      crumbs={
        <Link
          to="/projects/$projectId/ports"
          params={{ projectId: project }}
          search={listSearch(`/projects/${project}/ports`)}
          activeOptions={EXACT}
        >
          Ports
        </Link>
      }
      actions={
        <>
          <span id={READ_AT} className={styles.read} />
          <Link to="/projects/$projectId/ports/$portId/history" params={{ projectId: project, portId }}>
            History of this port
          </Link>
        </>
      }
    >
      <span className={styles.facts}>
        <Id value={portId} label="port ID" />
        {port && <StatusBadge status={textOf(port.status)} />}
        {owner !== '' && <span title={textOf(port?.device_owner)}>{owner}</span>}
        {addresses.length > 0 && <span className={styles.addresses}>{addresses.join(', ')}</span>}
        <span className={styles.project}>
          Project <Id value={project} label="project ID" />
        </span>
      </span>
    </PageHeader>
  )
}
