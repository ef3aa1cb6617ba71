// Runs in the head of the built page, before anything else: it sets the theme, and asks for the
// code and the data of the view that the address names. The console's own code comes later, and
// would only then. It is a file of its own (run/head-script-plugin.ts), as the
// Content-Security-Policy allows no inline script, and small, as nothing is painted before it.
import '../../public/theme.js'
import { lastProject } from './app/last-project.ts'
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

/**
 * The files that a page loads besides those that index.html names; in its place the build sets
 * them.
 */
declare const PAGE_FILES: Record<'ports' | 'port', readonly string[]>

/** A port with more groups than are named in two calls asks for the rest when it is shown. */
const MOST_GROUPS = 100

try {
  loadView(location.pathname.split('/').map(decodeURIComponent))
} catch {
  // It is an address that no page has.
}

// What is read goes first: a browser has few connections at a time.
function loadView([, first = '', named = '', list, portId, below]: string[]): void {
  void readAhead(sessionRead())
  const project = first === '' ? lastProject() : named
  if (!project || !['', 'projects'].includes(first)) return
  if (!portId && (!list || list === 'ports')) {
    // What is searched for is read by the page's own code.
    if (location.search === '') void readAhead(portsRead(project, {}))
    loadAhead('ports')
  } else if (portId && list === 'ports' && !below) {
    void readPort(project, portId)
    loadAhead('port')
  }
}

/** What can't be read ahead is read by the page, which shows its error. */
async function readPort(project: string, id: string): Promise<void> {
  const port = readAhead(portRead(project, id))
  const seen = groupsSeen(id)
  readGroups(project, seen)
  try {
    const { port: read } = (await (await port).clone().json()) as { port: { security_groups: string[] } }
    if (String(sorted(read.security_groups)) !== String(sorted(seen)))
      readGroups(project, read.security_groups)
  } catch {
    // It is another form, or none.
  }
}

function readGroups(project: string, groups: readonly string[]): void {
  for (const read of groupsReads(project, groups.slice(0, MOST_GROUPS), SHARED_SECONDS)) {
    void readAhead(read)
    void readAhead(rulesRead(project, read.query!['id'] as string[], SHARED_SECONDS))
  }
}

function loadAhead(page: keyof typeof PAGE_FILES): void {
  for (const file of PAGE_FILES[page]) {
    const link = document.createElement('link')
    link.crossOrigin = ''
    link.href = `/${file}`
    if (file.endsWith('.css')) Object.assign(link, { rel: 'preload', as: 'style' })
    else link.rel = 'modulepreload'
    document.head.append(link)
  }
}
