// Runs in the head of the built page, before anything else: it sets the theme, and asks for the
// code and the data of the view that the address names. The console's own code comes later, and
// would only then. It is a file of its own (run/head-script-plugin.ts), as the
// Content-Security-Policy allows no inline script, and small, as nothing is painted before it.
import '../../public/theme.js'
import { lastProject } from './app/last-project.ts'
import { MOST_GROUPS, showPort, showPorts } from './early-view.ts'
import {
  groupsReads,
  portRead,
  portsRead,
  rulesRead,
  sessionRead,
  SHARED_SECONDS,
  sorted,
} from './proxy-client/first-reads.ts'
import { groupsSeen } from './proxy-client/groups-seen.ts'
import { readAhead } from './proxy-client/read-ahead.ts'

/** The files that a page loads besides those that index.html names: the build writes them there. */
const files = document.currentScript!.dataset

try {
  loadView(location.pathname.split('/').map(decodeURIComponent))
} catch {
  // It is an address that no page has.
}

// What is read goes first: a browser has few connections at a time.
function loadView([, first = '', named = '', list, portId, below]: string[]): void {
  const session = readAhead(sessionRead())
  const project = first === '' ? lastProject() : named
  if (!project || !['', 'projects'].includes(first)) return
  if (!portId && (!list || list === 'ports')) {
    // What is searched for is read by the page's own code.
    const ports = location.search === '' ? readAhead(portsRead(project, {})) : undefined
    const css = loadAhead('ports')
    if (ports) showPorts(project, { session, css }, ports).catch(leave)
  } else if (portId && list === 'ports' && !below) {
    const port = readAhead(portRead(project, portId))
    const groups = readGroupsOf(port, project, portId)
    const css = loadAhead('port')
    showPort(project, portId, { session, css }, port, groups).catch(leave)
  }
}

/** What can't be read, or is in another form, is read by the page, which shows its error. */
function leave(): void {}

/** The groups of a port, which those that it had last time may be. */
async function readGroupsOf(
  port: Promise<Response>,
  project: string,
  id: string,
): Promise<Promise<Response>[]> {
  const seen = groupsSeen(id)
  const early = readGroups(project, seen)
  const { port: read } = (await (await port).clone().json()) as { port: { security_groups: string[] } }
  return String(sorted(read.security_groups)) === String(sorted(seen))
    ? early
    : readGroups(project, read.security_groups)
}

function readGroups(project: string, groups: readonly string[]): Promise<Response>[] {
  return groupsReads(project, groups.slice(0, MOST_GROUPS), SHARED_SECONDS).map((read) => {
    const response = readAhead(read)
    void readAhead(rulesRead(project, read.query!['id'] as string[], SHARED_SECONDS))
    return response
  })
}

/** @returns the links to the page's CSS, each once it is here */
function loadAhead(page: 'ports' | 'port'): Promise<HTMLLinkElement>[] {
  return files[page]!.split(' ').flatMap((href) => {
    const link = document.createElement('link')
    const isCss = href.endsWith('.css')
    Object.assign(link, {
      crossOrigin: '',
      href,
      as: isCss ? 'style' : '',
      rel: isCss ? 'preload' : 'modulepreload',
    })
    document.head.append(link)
    return isCss
      ? new Promise<HTMLLinkElement>((resolve) => link.addEventListener('load', () => resolve(link)))
      : []
  })
}
