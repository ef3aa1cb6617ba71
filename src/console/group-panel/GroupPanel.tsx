import { useEffect, useId, useMemo, useRef, type JSX, type RefObject } from 'react'
import { Link } from '@tanstack/react-router'
import { textOf } from '../../vpc/shown.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { groupName, useGroupFacts } from '../facts/group-facts.ts'
import { IconButton } from '../ui/Button.tsx'
import { Id } from '../ui/Id.tsx'
import { shortId } from '../ui/short-id.ts'
import { Notice } from '../ui/Notice.tsx'
import { Skeleton, SkeletonRows } from '../ui/Skeleton.tsx'
import { GroupPorts } from './GroupPorts.tsx'
import styles from './GroupPanel.module.css'
import { GroupRules } from './GroupRules.tsx'
import { useClosing, usePanelDialog } from './panel-dialog.ts'

/**
 * One security group beside the page: what it is, its rules in the order in which they decide, and
 * the ports that have it. Where there is no room beside the page, it covers the page.
 */
export function GroupPanel({ project, id }: { project: string; id: string }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const titleId = useId()
  const kindId = useId()
  const close = useClosing()
  usePanelDialog(dialog, heading, close)
  return (
    <dialog
      ref={dialog}
      className={styles.panel}
      aria-labelledby={`${kindId} ${titleId}`}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
    >
      <Group key={id} {...{ project, id, heading, kindId, titleId }} onClose={close} />
    </dialog>
  )
}

type GroupProps = {
  project: string
  id: string
  heading: RefObject<HTMLHeadingElement | null>
  kindId: string
  titleId: string
  onClose: () => void
}

/** What the panel shows of one group; of another it shows nothing, not even that it failed. */
function Group({ project, id, heading, kindId, titleId, onClose }: GroupProps): JSX.Element {
  const facts = useGroupFacts(
    project,
    useMemo(() => [id], [id]),
  )
  const group = facts.groups.get(id)
  const rules = facts.rules.get(id)
  const description = textOf(group?.description)
  // It took the place of what had the focus: a link to it in the group before.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [heading])
  return (
    <>
      <header className={styles.header}>
        <div className={styles.title}>
          <p id={kindId} className={styles.kind}>
            Security group
          </p>
          <h2 id={titleId} ref={heading} tabIndex={-1}>
            {group ? groupName(facts, id) : shortId(id)}
          </h2>
        </div>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keys */}
      <div className={styles.body} tabIndex={0}>
        <div className={styles.facts}>
          {group === undefined && facts.error == null && <Skeleton width="60%" />}
          {description !== undefined && <p className={styles.description}>{description}</p>}
          <Id value={id} label="security group ID" />
          <Link to="/projects/$projectId/ports" params={{ projectId: project }} search={{ group: id }}>
            Show its ports in the table of ports
          </Link>
          <Link
            to="/projects/$projectId/changes/new"
            params={{ projectId: project }}
            search={{ group: id } as never}
          >
            Change all ports that have it
          </Link>
        </div>
        {facts.error != null && (
          <ErrorPanel
            error={facts.error}
            title="The security group could not be read"
            onRetry={facts.retry}
          />
        )}
        {group === null && (
          <Notice tone="warn" title="The platform shows no such group in this project">
            It was deleted, or Portside’s account may not see it.
          </Notice>
        )}
        {group !== null && rules === undefined && facts.error == null && (
          <SkeletonRows label="Reading the rules" count={6} />
        )}
        {group != null && rules !== undefined && (
          <GroupRules project={project} id={id} rules={rules} facts={facts} />
        )}
        <GroupPorts project={project} id={id} />
      </div>
    </>
  )
}
