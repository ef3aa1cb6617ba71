import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type JSX } from 'react'
import { textOf } from '../../vpc/shown.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { TextArea, TextField } from '../ui/Field.tsx'
import { shortId } from '../ui/short-id.ts'
import { Notice } from '../ui/Notice.tsx'
import { findGroups } from './find-groups.ts'
import { findPorts } from './find-ports.ts'
import styles from './IntentFields.module.css'

type ListDialogProps = {
  project: string
  /** The list of a port can be taken too. */
  fromPort: boolean
  onTake: (groups: readonly string[]) => void
  onClose: () => void
}

/** Takes groups from a pasted text, or from a port's list. */
export function ListDialog({ project, fromPort, onTake, onClose }: ListDialogProps): JSX.Element {
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [port, setPort] = useState('')
  const pasting = useMutation({
    mutationFn: () => findGroups(client, project, text),
    onSuccess: (found) => {
      if (!('problem' in found) && found.unknown.length + found.ambiguous.length === 0) onTake(found.groups)
    },
  })
  const taking = useMutation({
    mutationFn: () => findPorts(project, `"${port.trim()}"`, false, () => {}, new AbortController().signal),
    onSuccess: (found) => {
      if (!('problem' in found) && found.found.length === 1) onTake(found.found[0]!.security_groups)
    },
  })
  const found = pasting.data
  const ofPort = taking.data
  return (
    <Dialog open wide title="Take groups from a text or a port" onClose={onClose}>
      <div className={styles.stack}>
        <TextArea
          label="Names or IDs of groups, in their order, one a line"
          value={text}
          rows={8}
          onChange={(event) => setText(event.target.value)}
        />
        <div>
          <Button
            variant="primary"
            busy={pasting.isPending}
            disabledReason={text.trim() === '' ? 'Paste or type names first' : undefined}
            onClick={() => pasting.mutate()}
          >
            Take these groups
          </Button>
        </div>
        {found && 'problem' in found && <Notice tone="warn" title={found.problem} role="alert" />}
        {found && !('problem' in found) && found.unknown.length > 0 && (
          <Notice tone="warn" title="Not found" role="alert">
            No group has exactly this name or ID: {found.unknown.join(', ')}.
          </Notice>
        )}
        {found &&
          !('problem' in found) &&
          found.ambiguous.map(({ text: name, candidates }) => (
            <Notice key={name} tone="warn" title={`Several groups are called ${name}`} role="alert">
              Write the ID in its place: {candidates.map(({ id }) => id).join(', ')}.
            </Notice>
          ))}
        {pasting.error !== null && <ErrorPanel error={pasting.error} title="The groups could not be read" />}
        {fromPort && (
          <>
            <TextField
              label="Or the name, ID or IP address of a port, to make the list like its own"
              value={port}
              onChange={(event) => setPort(event.target.value)}
            />
            <div>
              <Button
                busy={taking.isPending}
                disabledReason={port.trim() === '' ? 'Name the port first' : undefined}
                onClick={() => taking.mutate()}
              >
                Take its list
              </Button>
            </div>
            {ofPort && 'problem' in ofPort && <Notice tone="warn" title={ofPort.problem} role="alert" />}
            {ofPort && !('problem' in ofPort) && ofPort.unknown.length > 0 && (
              <Notice tone="warn" title="No port has exactly this name, ID or address" role="alert" />
            )}
            {ofPort &&
              !('problem' in ofPort) &&
              ofPort.ambiguous[0]?.candidates.map((one) => (
                <Button key={one.id} onClick={() => onTake(one.security_groups)}>
                  That of {textOf(one.name) ?? ''} {shortId(one.id)}
                </Button>
              ))}
            {taking.error !== null && <ErrorPanel error={taking.error} title="The port could not be read" />}
          </>
        )}
      </div>
    </Dialog>
  )
}
