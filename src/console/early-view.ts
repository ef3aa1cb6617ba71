import { addressesOf } from '../vpc/port-facts.ts'
import { objectsOf, textOf } from '../vpc/shown.ts'
import { UNREADABLE } from '../vpc/unreadable-marks.ts'
import { arrangementKey } from './arrangement/arrangement-key.ts'
import { storedChoice } from './hooks/stored-choice.ts'
import { shortId } from './ui/short-id.ts'

// Draws the first rows of a view as soon as its data and its CSS are there: on a slow line, with an
// empty cache, half a second before the console. What it draws is what React draws first: the build
// puts that into the page (early-templates.tsx), with places for values. When React shows the view,
// or anything else that counts, it takes the place of this in the same frame. What comes from the
// proxy goes into texts and attributes alone; in an odd form it is left to the console.

/** By the names in a template; an element that needs one that is not there is left out. */
type Values = Record<string, string | undefined>
/** Which of a template's rows, and what is in it. */
type Row = [kind: number, values: Values]
/** What every view needs: who is signed in, and its CSS. */
type Needed = { session: Promise<Response>; css: Promise<HTMLLinkElement>[] }

/** No name is longer, as far as is known. */
const LONGEST_TEXT = 1000
/** A row of the ports. Where the screen is narrow they are cards, as high as all that they hold. */
const ROW_HEIGHT = 40
const CARDS_BELOW = 840
/** A port with more groups than are named in two calls asks for the rest when it is shown. */
export const MOST_GROUPS = 100
/** With less room the list says so. */
const MUCH_ROOM = 6
/** In a template, each kind of row is there once. */
const ROWS = 'tbody>tr,[data-row]'
/** The page's own says that the code has not come. */
const REACTS_MAIN = 'main:not(.not-loaded)'
const STATUSES = ['ACTIVE', 'BUILD', 'DOWN']
/** As long as it takes the page to say that the code has not come (ui/tokens.css). */
const LONGEST_WAIT_MS = 15_000

/** The ports of a project. */
export async function showPorts(project: string, { session, css }: Needed, read: Promise<Response>) {
  const [, page] = await Promise.all([bodyOf(session), bodyOf(read)])
  if (innerWidth < CARDS_BELOW || UNREADABLE in page) return
  const ports = listOf(page['ports']).slice(0, Math.ceil(innerHeight / ROW_HEIGHT))
  const rows = ports.map((port): Row => {
    const { id, name } = port as Values
    return [textIn(name) ? 0 : 1, { project, id: idIn(id), name: textIn(name) }]
  })
  if (rows[0]) (await opened('ports', { project }, css))?.(rows)
}

/** A port; at first without the names of its groups where these are not there yet. */
export async function showPort(
  project: string,
  id: string,
  { session, css }: Needed,
  read: Promise<Response>,
  reads: Promise<Promise<Response>[]>,
) {
  const [who, { port }] = await Promise.all([bodyOf(session), bodyOf(read)])
  const { name, status, device_owner, private_ips, security_groups } = port as Record<string, unknown>
  const groups = listOf(security_groups).map(idIn)
  const count = groups.length
  const limit = objectsOf(who['projects']).find(({ project_id }) => project_id === project)![
    'groups_per_port'
  ] as number
  const owner = textIn(device_owner) ?? ''
  const odd =
    // What is arranged here is another list.
    storedChoice(arrangementKey(project, id)) !== undefined ||
    !STATUSES.includes(status as string) ||
    // It would be shown as one.
    STATUSES.includes(owner) ||
    // More are not all read ahead.
    count > MOST_GROUPS
  if (odd || count === 0 || new Set(groups).size < count || !(limit - count >= MUCH_ROOM)) return
  const zone = /^compute:(.+)/s.exec(owner)?.[1]
  const isKnown = zone ?? document.getElementById('early-port')!.innerHTML.includes(`{${owner}}`)
  const rows = (known?: Map<unknown, Record<string, unknown>>) =>
    groups.map((group, n): Row => {
      const found = known?.get(group)
      const groupName = textIn(found?.['name'])
      const description = textIn(found?.['description'])
      const kind = known === undefined ? 3 : found === undefined ? 2 : groupName === undefined ? 1 : 0
      return [kind, { group, groupName, description, position: `${n + 1}` }]
    })
  const show = await opened(
    'port',
    {
      [owner]: owner,
      project,
      id,
      name: textIn(name) ?? `Port ${shortId(id)}`,
      [status as string]: status as string,
      owner: isKnown || owner === '' ? undefined : owner,
      zone,
      addresses: textIn(addressesOf({ private_ips }).join(', ')),
      count: `${count}`,
      limit: `${limit}`,
    },
    css,
  )
  show?.(rows())
  const bodies = await Promise.all((await reads).map(bodyOf))
  const all = bodies.flatMap((body) => objectsOf(body['security_groups']))
  show?.(rows(new Map(all.map((group) => [group['id'], group]))))
}

/** @throws Error in an odd form: that is left to the console */
function must(holds: unknown): asserts holds {
  if (!holds) throw new Error()
}

async function bodyOf(read: Promise<Response>): Promise<Record<string, unknown>> {
  const response = await read
  must(response.ok)
  return (await response.clone().json()) as Record<string, unknown>
}

function listOf(value: unknown): unknown[] {
  must(Array.isArray(value))
  return value
}

function textIn(value: unknown): string | undefined {
  const text = textOf(value)
  must(!text || text.length <= LONGEST_TEXT)
  return text
}

function idIn(value: unknown): string {
  must(value && typeof value === 'string')
  return textIn(value)!
}

/**
 * Opens an early view as soon as its CSS is there. @returns what draws its rows, again when more is
 * known; undefined when the console is there itself
 */
async function opened(
  name: string,
  values: Values,
  css: Promise<HTMLLinkElement>[],
): Promise<((rows: Row[]) => void) | undefined> {
  await Promise.all(css.map(applied))
  const root = document.getElementById('root')!
  const template = document.getElementById(`early-${name}`) as HTMLTemplateElement
  if (root.querySelector(REACTS_MAIN)) return undefined
  const view = document.createElement('div')
  view.id = 'early'
  view.append(document.importNode(template.content, true))
  const list = view.querySelector('tbody,ol')!
  const kinds = template.content.querySelectorAll(ROWS)
  fill(view, values)
  root.after(view)
  takenOver(root, view, template.dataset['waits']!.split('|'))
  return (rows) => {
    for (const row of list.querySelectorAll(ROWS)) row.remove()
    list.prepend(
      ...rows.map(([kind, shown]) => {
        const row = new DocumentFragment()
        row.append(kinds[kind]!.cloneNode(true))
        fill(row, shown)
        return row
      }),
    )
  }
}

/**
 * Its file is here by now. It goes where the console's code would put it, behind what all pages
 * share: the code finds it there, and adds none of its own.
 */
async function applied(loaded: Promise<HTMLLinkElement>): Promise<void> {
  const link = await loaded
  await new Promise((resolve) => {
    document.head.append(
      Object.assign(link, { rel: 'stylesheet', onload: resolve, onerror: () => link.remove() }),
    )
  })
}

/** Puts values into their places; in an address they are encoded. */
function fill(part: ParentNode, values: Values): void {
  for (const element of part.querySelectorAll('*')) {
    let lacks = false
    const put = (text: string) =>
      text.replace(/\{(.+?)\}|%7B(\w+)%7D/g, (_, plain: string, inAddress: string) => {
        const value = values[plain ?? inAddress]
        lacks ||= value === undefined
        return inAddress ? encodeURIComponent(value!) : value!
      })
    for (const attribute of element.attributes) attribute.value = put(attribute.value)
    for (const child of element.childNodes) if (child instanceof Text) child.data = put(child.data)
    if (lacks) element.remove()
  }
}

/**
 * Keeps what React draws out of sight, laid out where it will be, until it is more than bars.
 * @param waits selectors of what React shows while it waits, unless the early view shows it too
 */
function takenOver(root: HTMLElement, view: HTMLElement, waits: string[]): void {
  root.className = 'under'
  const end = () => {
    observer.disconnect()
    const focused = view.contains(document.activeElement) && document.activeElement?.getAttribute('href')
    root.className = ''
    view.remove()
    if (focused)
      [...root.querySelectorAll('a')]
        .find((link) => link.getAttribute('href') === focused)
        ?.focus({ preventScroll: true })
  }
  const look = () => {
    const main = root.querySelector(REACTS_MAIN)
    const isWaiting = waits.some((bars) => root.querySelector(bars) && !view.querySelector(bars))
    if (!main?.textContent || isWaiting) return
    // A press on a link becomes a click only where it began.
    if (view.querySelector('a:active')) setTimeout(look, 50)
    else end()
  }
  // Called after React's changes, and before they are painted.
  const observer = new MutationObserver(look)
  observer.observe(root, { childList: true, subtree: true })
  setTimeout(end, LONGEST_WAIT_MS)
}
