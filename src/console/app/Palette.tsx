import { useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useDeferredValue, useMemo, useState, type JSX } from 'react'
import { addressesOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import type { PortResponse, PortsResponse } from '../../vpc/responses.ts'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { textOf } from '../../vpc/shown.ts'
import { Combobox, type Option } from '../ui/Combobox.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { shortId } from '../ui/short-id.ts'
import styles from './Palette.module.css'

type Entry = Option & { go: () => void }

/** How many entries are shown at most. */
const MOST = 30

/**
 * Goes anywhere by a few letters: the pages, the ports that were opened, and the ports and groups
 * that were read. It sends nothing; whatever was not read yet is searched for on the ports' page.
 */
export function Palette({ onClose, onKeys }: { onClose: () => void; onKeys: () => void }): JSX.Element {
  const [text, setText] = useState('')
  const entries = useEntries(useDeferredValue(text.trim()), onKeys)
  return (
    <Dialog open onClose={onClose} title="Go to…">
      <div className={styles.content}>
        <Combobox
          label="Search pages, ports and groups"
          listLabel="Found"
          placeholder="A page, port, group, ID or IP address"
          text={text}
          onText={setText}
          options={entries}
          onPick={(entry) => {
            onClose()
            entry.go()
          }}
        />
      </div>
    </Dialog>
  )
}

function useEntries(text: string, onKeys: () => void): Entry[] {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { projectId } = useParams({ strict: false })
  // What was read by the time the palette was opened.
  const read = useMemo(
    () => (projectId === undefined ? undefined : readOf(client, projectId)),
    [client, projectId],
  )
  return useMemo(() => {
    const keys: Entry = { key: 'keys', words: 'Keys', detail: 'Shows all keys', go: onKeys }
    if (projectId === undefined || read === undefined) return [keys]
    const params = { projectId }
    const port = ({ id, name, private_ips }: Port, detail: string): Entry => ({
      key: `port:${id}`,
      words: textOf(name) || id,
      detail,
      description: [id, ...addressesOf({ private_ips })].join(' · '),
      go: () =>
        void navigate({ to: '/projects/$projectId/ports/$portId', params: { projectId, portId: id } }),
    })
    const pages: Entry[] = [
      {
        key: 'ports',
        words: 'Ports',
        detail: 'Page',
        go: () => void navigate({ to: '/projects/$projectId/ports', params }),
      },
      {
        key: 'changes',
        words: 'Changes',
        detail: 'Page',
        go: () => void navigate({ to: '/projects/$projectId/changes', params }),
      },
      {
        key: 'history',
        words: 'History',
        detail: 'Page',
        go: () => void navigate({ to: '/projects/$projectId/history', params }),
      },
      {
        key: 'about',
        words: 'About this cloud',
        detail: 'Page',
        go: () => void navigate({ to: '/projects/$projectId/about', params }),
      },
      keys,
    ]
    const groups = read.groups.map(({ id, name, description }): Entry => ({
      key: `group:${id}`,
      words: textOf(name) || id,
      detail: `Security group · ${shortId(id)}`,
      description: textOf(description),
      go: () => void navigate({ to: '/projects/$projectId/ports', params, search: { group: id } }),
    }))
    const opened = read.opened.map((one) => port(one, 'Port, opened'))
    const known = new Set(opened.map(({ key }) => key))
    const others = read.ports.map((one) => port(one, 'Port')).filter(({ key }) => !known.has(key))
    if (text === '') return [...opened, ...pages].slice(0, MOST)
    const wanted = text.toLowerCase()
    const found = [...pages, ...opened, ...others, ...groups].filter(({ words, description }) =>
      `${words} ${description}`.toLowerCase().includes(wanted),
    )
    const search: Entry = {
      key: 'search',
      words: `Search all ports for “${text}”`,
      detail: 'Page',
      go: () => void navigate({ to: '/projects/$projectId/ports', params, search: { q: text } }),
    }
    return [...found.slice(0, MOST), search]
  }, [text, read, projectId, navigate, onKeys])
}

type QueryClient = ReturnType<typeof useQueryClient>

/** The ports that were opened, the last first, and the ports and groups that were read. */
function readOf(client: QueryClient, project: string) {
  const opened = client
    .getQueryCache()
    .findAll({ queryKey: ['port', project] })
    .toSorted((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)
    .flatMap(({ state }) => (state.data as PortResponse | undefined)?.port ?? [])
  const ports = client
    .getQueriesData<InfiniteData<PortsResponse>>({ queryKey: ['ports', project] })
    .flatMap(([, data]) => data?.pages.flatMap((page) => page.ports) ?? [])
  const pages = client
    .getQueriesData<InfiniteData<{ security_groups: SecurityGroup[] }>>({ queryKey: ['groups', project] })
    .flatMap(([, data]) => data?.pages.flatMap((page) => page.security_groups) ?? [])
  // The ports' page reads no pages of groups, but those that its ports have.
  const byId = client
    .getQueriesData<Record<string, SecurityGroup>>({ queryKey: ['groups-by-id', project] })
    .flatMap(([, data]) => Object.values(data ?? {}))
  const groups = [...pages, ...byId]
  return { opened, ports: onceEach(ports), groups: onceEach(groups) }
}

const onceEach = <One extends { id: string }>(all: readonly One[]): One[] => [
  ...new Map(all.map((one) => [one.id, one])).values(),
]
