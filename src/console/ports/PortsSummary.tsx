import type { JSX } from 'react'
import { Button, IconButton } from '../ui/Button.tsx'
import styles from './PortsPage.module.css'
import type { PortsSearch } from '../port-search/ports-search.ts'
import { unreadableWords } from '../errors/unreadable-words.ts'
import { SORT_WORDS } from '../port-search/sort-ports.ts'
import type { PortsView } from './use-ports.ts'

/** What has been found, in what, and when it was read. */
export function PortsSummary({ view, search }: { view: PortsView; search: PortsSearch }): JSX.Element {
  const scanning = view.reading && !view.pending && (Boolean(search.q) || view.readingAll) && !view.outdated
  const exactHit = view.exact !== undefined && !view.exactMissed
  const mayRead = search.sort !== undefined && view.searched > 0 && !view.complete && !view.outdated
  return (
    <div className={styles.summary}>
      <span>{view.pending || view.outdated ? 'Reading…' : summaryWords(view, search)}</span>
      {mayRead && !view.reading && !exactHit && view.error === null && (
        <Button size="small" variant="ghost" onClick={view.readAll}>
          Read all ports
        </Button>
      )}
      {scanning && !exactHit && (
        <Button size="small" variant="ghost" onClick={view.stop}>
          Stop
        </Button>
      )}
      <span className={styles.read}>
        {view.readAt > 0 && !view.pending && `Read at ${new Date(view.readAt).toLocaleTimeString('en-GB')}`}
        <IconButton icon="refresh" size="small" label="Read the ports again" onClick={view.refresh} />
      </span>
    </div>
  )
}

/** The summary in words: '12 ports match, searched 3,400 ports so far'. */
export function summaryWords(view: PortsView, search: PortsSearch): string {
  const more = view.unreadable ? `; ${unreadableWords(view.unreadable)}` : ''
  return foundWords(view, search) + sortWords(view, search) + more
}

/** How the rows are sorted; where not all ports are read, that it holds for those that are. */
function sortWords({ rows, complete, exact, exactMissed }: PortsView, { sort }: PortsSearch): string {
  if (sort === undefined || rows.length === 0) return ''
  const whole = complete || (exact !== undefined && !exactMissed)
  return `; sorted by ${SORT_WORDS[sort]}${whole ? '' : ', among the ports read so far'}`
}

function foundWords(view: PortsView, search: PortsSearch): string {
  if (view.error !== null && view.searched === 0) return 'Nothing read'
  const { q, sort: _, ...filters } = search
  const under = Object.keys(filters).length > 0 ? ' under the filters' : ''
  if (view.exact !== undefined && !view.exactMissed)
    return `${capital(ports(view.rows.length))} with this ${view.exact.what}${under}`
  if (view.complete && view.searched === 0) return capital(ports(0) + under)
  const searched = view.complete
    ? `${view.searched > 1 ? 'all ' : ''}${ports(view.searched)}${under}`
    : `${ports(view.searched)}${under} so far`
  const stopped = view.stopped ? ' (stopped)' : ''
  if (!q) return view.complete ? capital(searched) : `Read ${searched}${stopped}`
  const missed = view.exact !== undefined ? `No port has exactly this ${view.exact.what}. ` : ''
  return `${missed}${capital(ports(view.rows.length))} ${view.rows.length === 1 ? 'matches' : 'match'}${view.inNetwork ? ' in this network' : ''}. Searched ${searched}${stopped}`
}

function ports(count: number): string {
  if (count === 0) return 'no ports'
  return count === 1 ? '1 port' : `${count.toLocaleString('en')} ports`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
