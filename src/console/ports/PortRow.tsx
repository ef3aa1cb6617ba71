import { Link } from '@tanstack/react-router'
import { memo, useDeferredValue, useState, type JSX, type ReactNode, type Ref } from 'react'
import { deviceOwnerWords } from '../../vpc/device-owner.ts'
import { addressesOf, portSecurityOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
import { useFewEachFrame } from '../hooks/few-each-frame.ts'
import { Badge } from '../ui/Badge.tsx'
import { Id } from '../ui/Id.tsx'
import { shortId } from '../ui/short-id.ts'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import { Time } from '../ui/Time.tsx'
import type { Named } from '../facts/group-names.ts'
import type { CheckOf } from './ChoosePorts.tsx'
import { PortGroups } from './PortGroups.tsx'
import styles from './PortsTable.module.css'

type PortRowProps = {
  ref: Ref<HTMLTableRowElement>
  /** Among the rows, from 0. */
  index: number
  project: string
  port: Port
  /** The groups whose names are known by now. */
  names: Named
  /** Pixels of the cell of groups. */
  width: number
  /** Rows are cards, whose height is that of all they hold, as that of an expanded row is. */
  cards: boolean
  /** What is half done on it, and from which standing orders it departs. */
  badges: ReactNode
  check: CheckOf | undefined
  /** All groups are shown. */
  expanded: boolean
  onExpand: (port: string) => void
  /** Asked to put the focus on another row. */
  onGoTo: (index: number) => void
}

/** Of texts so long, the columns of addresses and states have room: an IPv4 address, ACTIVE. */
const FITTING_IP = 15
const FITTING_STATUS = 6

/** Cuts a text that may be too long for its cell, and no other. */
const cutAbove = (most: number, text = '') => (text.length > most ? styles.cut : '')

/** Pixels of the count before the names, and of what is beside them where security is off. */
const COUNT_WIDTH = 46
const OFF_WIDTH = 116

/** The cells beside the name before they are drawn: they keep the columns' places. */
const NOT_DRAWN = (
  <>
    {[
      styles.id,
      styles.ips,
      styles.owner,
      styles.status,
      styles.groupsCell,
      styles.network,
      styles.updated,
    ].map((cell) => (
      <td
        key={cell}
        className={cell}
        data-groups={cell === styles.groupsCell || undefined}
        aria-hidden="true"
      />
    ))}
  </>
)

/**
 * One port in the table; a card where the screen is narrow. Drawn when it changes itself, not with
 * each step of scrolling. The name comes first, the other cells a moment later: a jump brings
 * dozens of rows into sight at once.
 */
export const PortRow = memo(function PortRow({ ref, ...props }: PortRowProps): JSX.Element {
  const { index, project, port, badges, check, expanded, onGoTo } = props
  const name = textOf(port.name)
  return (
    <tr
      ref={ref}
      data-index={index}
      className={expanded ? `${styles.row} ${styles.expanded}` : styles.row}
      aria-rowindex={index + 2}
    >
      <th scope="row">
        {check?.(port)}
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
        {badges}
      </th>
      <PortCells {...props} />
    </tr>
  )
})

/** All but the name: drawn a moment later, but whole at once where that is what the row is for. */
function PortCells(props: Omit<PortRowProps, 'ref'>): JSX.Element {
  const { project, port, names, width, cards, expanded, onExpand } = props
  // Rows ahead are drawn in a deferred pass, where this is true from the first.
  const [isAhead] = useState(useDeferredValue(true, false))
  const isWhole = useFewEachFrame(cards || expanded, isAhead)
  if (!isWhole) return NOT_DRAWN
  const name = textOf(port.name)
  const owner = textOf(port.device_owner)
  const vpc = textOf(port.vpc_id)
  const count = port.security_groups.length
  const off = portSecurityOf(port) === false
  const status = textOf(port.status)
  const [ip] = addressesOf(port)
  return (
    <>
      <td className={styles.id}>
        <Id value={port.id} label="port ID" short />
      </td>
      <td className={`${styles.mono} ${styles.ips} ${cutAbove(FITTING_IP, ip)}`}>
        <PrivateIps port={port} />
      </td>
      <td className={styles.owner} title={owner}>
        {deviceOwnerWords(owner) || <span className={styles.muted}>No device</span>}
      </td>
      <td className={`${styles.status} ${cutAbove(FITTING_STATUS, status)}`}>
        <StatusBadge status={status} />
      </td>
      <td className={styles.groupsCell} data-groups>
        <span className={styles.groups}>
          <span className={styles.count}>
            <Badge title={count === 1 ? '1 security group' : `${count} security groups`}>{count}</Badge>
          </span>
          <PortGroups
            project={project}
            port={port}
            called={name ?? port.id}
            names={names}
            width={width - COUNT_WIDTH - (off ? OFF_WIDTH : 0)}
            expanded={expanded}
            onExpand={onExpand}
          />
          {off && (
            <Badge
              tone="warn"
              icon="shield-off"
              title="port_security_enabled is false: security groups have no effect on this port."
            >
              Security off
            </Badge>
          )}
        </span>
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
    </>
  )
}

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
