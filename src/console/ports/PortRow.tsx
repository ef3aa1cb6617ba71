import { Link } from '@tanstack/react-router'
import { memo, type JSX, type Ref } from 'react'
import { deviceOwnerWords } from '../../vpc/device-owner.ts'
import { addressesOf, portSecurityOf, type Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
import { GroupName } from '../facts/GroupName.tsx'
import { Badge } from '../ui/Badge.tsx'
import { Id, shortId } from '../ui/Id.tsx'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import { Time } from '../ui/Time.tsx'
import styles from './PortsTable.module.css'

type PortRowProps = {
  ref: Ref<HTMLTableRowElement>
  /** Among the rows, from 0. */
  index: number
  project: string
  port: Port
  /** Name of the first security group, once known. */
  firstGroup: string | undefined
  /** Asked to put the focus on another row. */
  onGoTo: (index: number) => void
}

/**
 * One port in the table; a card where the screen is narrow. Drawn when it changes itself, not with
 * each step of scrolling.
 */
export const PortRow = memo(function PortRow(props: PortRowProps): JSX.Element {
  const { ref, index, project, port, firstGroup, onGoTo } = props
  const name = textOf(port.name)
  const owner = textOf(port.device_owner)
  const vpc = textOf(port.vpc_id)
  return (
    <tr ref={ref} data-index={index} className={styles.row} aria-rowindex={index + 2}>
      <th scope="row">
        <Link
          to="/projects/$projectId/ports/$portId"
          params={{ projectId: project, portId: port.id }}
          onKeyDown={(event) => {
            if (event.altKey || event.ctrlKey || event.metaKey) return
            if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
            event.preventDefault()
            onGoTo(event.key === 'ArrowDown' ? index + 1 : index - 1)
          }}
          className={name !== undefined ? styles.name : `${styles.name} ${styles.unnamed}`}
          title={name ?? 'This port has no name'}
        >
          {name ?? port.id}
        </Link>
      </th>
      <td className={styles.id}>
        <Id value={port.id} label="port ID" short />
      </td>
      <td className={`${styles.mono} ${styles.ips}`}>
        <PrivateIps port={port} />
      </td>
      <td className={styles.owner} title={owner}>
        {deviceOwnerWords(owner) || <span className={styles.muted}>No device</span>}
      </td>
      <td className={styles.status}>
        <StatusBadge status={textOf(port.status)} />
      </td>
      <td className={styles.groupsCell}>
        <Groups port={port} firstGroup={firstGroup} />
      </td>
      <td className={`${styles.mono} ${styles.network}`}>
        {vpc !== undefined && (
          <Link
            to="/projects/$projectId/ports"
            params={{ projectId: project }}
            search={(before) => ({ ...before, vpc })}
            replace
            preload={false}
            className={styles.networkLink}
            title={`VPC ${vpc}, virtual subnet ${textOf(port.virsubnet_id) ?? '—'}. Show the ports of this VPC.`}
          >
            {shortId(vpc)}
          </Link>
        )}
      </td>
      <td className={`${styles.muted} ${styles.updated}`}>
        <Time value={textOf(port.updated_at)} />
      </td>
    </tr>
  )
})

function PrivateIps({ port }: { port: Port }): JSX.Element {
  const ips = addressesOf(port)
  if (ips.length === 0) return <span className={styles.muted}>none</span>
  return (
    <span title={ips.join('\n')}>
      {ips[0]}
      {ips.length > 1 && <span className={styles.more}> +{ips.length - 1}</span>}
    </span>
  )
}

function Groups({ port, firstGroup }: { port: Port; firstGroup: string | undefined }): JSX.Element {
  const [first] = port.security_groups
  const count = port.security_groups.length
  return (
    <span className={styles.groups}>
      <span className={styles.count}>
        <Badge title={count === 1 ? '1 security group' : `${count} security groups`}>{count}</Badge>
      </span>
      {first === undefined ? (
        <span className={styles.muted}>none</span>
      ) : (
        <span className={styles.first} title={`First: ${firstGroup ?? first}`}>
          <GroupName id={first}>
            {firstGroup ?? <span className={styles.mono}>{shortId(first)}</span>}
          </GroupName>
        </span>
      )}
      {portSecurityOf(port) === false && (
        <Badge
          tone="warn"
          icon="shield-off"
          title="port_security_enabled is false: security groups have no effect on this port."
        >
          Security off
        </Badge>
      )}
    </span>
  )
}
