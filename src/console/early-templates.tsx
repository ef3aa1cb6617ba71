// Run by the build alone (run/head-script-plugin.ts), never in a browser.
import { QueryClientProvider } from '@tanstack/react-query'
import {
  createMemoryHistory,
  RouterContextProvider,
  RouterProvider,
  type AnyRouter,
} from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { deviceOwnerWords, FIXED_DEVICE_OWNERS } from '../vpc/device-owner.ts'
import type { Port } from '../vpc/port.ts'
import type { Session } from '../vpc/portside-api.ts'
import type { SecurityGroup } from '../vpc/security-group.ts'
import lines from './facts/GroupLines.module.css'
import { ArrangedRow, type RowActions } from './list/ArrangedRow.tsx'
import { PortRow } from './ports/PortRow.tsx'
import { portOperationsQuery } from './proxy-client/operations.ts'
import {
  groupsByIdQuery,
  groupsInfiniteQuery,
  portQuery,
  portsInfiniteQuery,
  sessionQuery,
} from './proxy-client/queries.ts'
import { createQueryClient } from './proxy-client/query-client.ts'
import { createConsoleRouter } from './router.tsx'
import { StatusBadge } from './ui/StatusBadge.tsx'
import skeleton from './ui/Skeleton.module.css'

// A text in braces is a place for a value that is known when the page is visited
// (early-view.ts). Where only a number fits, one that is found nowhere else takes its place.
const [POSITION, COUNT, LIMIT] = [776, 888, 999]
const PORT: Port = {
  id: '{id}',
  name: '{name}',
  security_groups: ['{group}'],
  status: 'ACTIVE',
  device_owner: '{owner}',
  private_ips: [{ ip_address: '{addresses}' }],
}
const GROUP: SecurityGroup = { id: '{group}', name: '{groupName}', description: '{description}' }
const PROJECT = '{project}'
const SESSION: Session = {
  user: '',
  role: 'operator',
  sign_in: 'printed_address',
  projects: [{ project_id: PROJECT, name: '', region: '', endpoint: '', groups_per_port: LIMIT }],
  emulator: false,
  changes: 'choose',
  calls: false,
  version: '',
}

const nothing = () => {}
const queryClient = createQueryClient()
queryClient.setQueryData(sessionQuery().queryKey, SESSION)
queryClient.setQueryData(portQuery(PROJECT, PORT.id).queryKey, { port: PORT })
queryClient.setQueryData(portsInfiniteQuery(PROJECT, {}).queryKey, {
  pages: [{ ports: [PORT] }],
  pageParams: [undefined],
})
// What else the port's page asks for must not be asked for here.
queryClient.setQueryData(portOperationsQuery(PROJECT, PORT.id).queryKey, [])
queryClient.setQueryData(groupsInfiniteQuery(PROJECT, {}).queryKey, { pages: [], pageParams: [] })
queryClient.setQueryData(groupsByIdQuery(PROJECT, [GROUP.id]).queryKey, { [GROUP.id]: GROUP })

/**
 * What React draws first of the ports and of a port, as two `<template>` elements for the built
 * page. Each kind of row is in there once.
 */
export async function earlyTemplates(): Promise<string> {
  const ports = `/projects/${encodeURIComponent(PROJECT)}/ports`
  const views =
    template('ports', put(await drawn(ports), '<tbody>', '', portRows(await routerAt(ports)))) +
    template('port', portPage(await drawn(`${ports}/${encodeURIComponent(PORT.id)}`)))
  // Or the build would wait until what it keeps is given up.
  queryClient.clear()
  return views
}

async function routerAt(address: string) {
  const router = createConsoleRouter(queryClient, createMemoryHistory({ initialEntries: [address] }))
  await router.load()
  return router
}

/** The header and the main part of a page. */
async function drawn(address: string): Promise<string> {
  const html = markup(<RouterProvider router={await routerAt(address)} />)
  return html.slice(html.indexOf('<header'), html.indexOf('<script>')) + '</main>'
}

const markup = (node: ReactNode) =>
  renderToStaticMarkup(<QueryClientProvider client={queryClient}>{node}</QueryClientProvider>)

/** One with a name, one without. */
function portRows(router: AnyRouter): string {
  const row = (port: Port) => {
    const html = markup(
      <RouterContextProvider router={router}>
        {
          <PortRow
            ref={null}
            index={POSITION - 1}
            project={PROJECT}
            port={port}
            names={new Map()}
            width={0}
            cards={false}
            badges={null}
            check={undefined}
            expanded={false}
            onExpand={nothing}
            onGoTo={nothing}
          />
        }
      </RouterContextProvider>,
    )
    return html.replace(` data-index="${POSITION - 1}"`, '').replace(/ aria-rowindex="\d*"/, '')
  }
  return row(PORT) + row({ ...PORT, name: '' })
}

function portPage(html: string): string {
  const badges = ['ACTIVE', 'BUILD', 'DOWN'].map((status) =>
    put(markup(<StatusBadge status={status} />), '>', status, `{${status}}`),
  )
  const page = put(html, '', markup(<StatusBadge status="ACTIVE" />), badges.join(''))
  // Each in its own words.
  const owners = [...FIXED_DEVICE_OWNERS, 'compute:{zone}', '{owner}']
    .map((owner) => {
      const title = owner.includes('{') ? owner : `{${owner}}`
      return `<span title="${title}">${deviceOwnerWords(owner)}</span>`
    })
    .join('')
  const row = /<li data-row=.*?(?=<li data-end)/.exec(page)?.[0]
  return [
    ['', row ?? 'no row', groupRows()],
    ['', '<span title="{owner}">{owner}</span>', owners],
    ['>', `1 of ${LIMIT}`, '{count} of {limit}'],
  ].reduce((all, [before, found, instead]) => put(all, before!, found!, instead!), page)
}

/** One of a group that is known, has no name, is not known to the platform, is not read yet. */
function groupRows(): string {
  return [GROUP, { ...GROUP, name: '' }, null, undefined]
    .map((group) =>
      markup(
        <ArrangedRow
          id={GROUP.id}
          name=""
          position={POSITION - 1}
          count={COUNT}
          from={POSITION - 1}
          moved={false}
          refusal={undefined}
          group={group}
          ruleCount={12}
          selected={false}
          active={false}
          locked={false}
          actions={{} as RowActions}
        />,
      )
        .replaceAll(`>${POSITION}<`, '>{position}<')
        // How many it has is counted by the console; there will be room for it.
        .replace(/(data-control="rules")(.*?)>12 rules</, '$1 data-soon$2>12 rules<'),
    )
    .join('')
}

/** @throws Error when it is not there: React draws something else now */
function put(html: string, before: string, found: string, instead: string): string {
  const parts = html.split(before + found)
  if (parts.length < 2) throw new Error(`The early view has no ${before + found}: ${html}`)
  return parts.join(before + instead)
}

/**
 * Without what does not work before the console's code is there, and without IDs that the console's
 * own elements have.
 */
function template(name: string, html: string): string {
  const inert = html
    .replace(/<(button|input)([^>]*?)(\/?)>/g, (_, tag: string, all: string, end: string) => {
      const kept = all.replace(
        / (?:aria-(?:describedby|keyshortcuts|roledescription|disabled)|tabindex)="[^"]*"/g,
        '',
      )
      // What has only an icon has nothing to say.
      const silent = kept.replace(/ aria-label="[^"]*"( title="[^"]*")?/, ' aria-hidden="true"')
      return `<${tag} disabled aria-disabled="true"${silent}${end}>`
    })
    .replace(/<span id="_R_[^"]*" class="[^"]*">[^<]*<\/span>/g, '')
    .replace(/<p id="[^"]*" hidden="">.*?<\/p>/g, '')
    .replace(/ id="(?!_R_)[^"]*"/g, '')
    // The policy allows none.
    .replace(/ style="[^"]*"/g, '')
    // Only read rows are counted, and at a time, by the console.
    .replace(/<span>1 port<\/span>/, '<span></span>')
    .replace(/>Read at [\d:]*</, '><')
    .replace(/ aria-rowcount="\d*"/, '')
  const rows = `.${skeleton['rows']}`
  const waits = `main>${rows},main>section>${rows}|.${lines['waiting']}`
  return `<template id="early-${name}" data-waits="${waits}">${inert}</template>`
}
