import { useRouter, useSearch } from '@tanstack/react-router'
import { Suspense, useEffect, type JSX } from 'react'
import { takeEarly } from '../hooks/early-events.ts'
import { later } from '../errors/later.tsx'
import { useKnownProject } from './known-project.ts'

const GroupPanel = later(() => import('../group-panel/GroupPanel.tsx').then((module) => module.GroupPanel))

/**
 * The security group that the address names, beside the page. A click on any element with
 * `data-group` opens that group: a new place in the browser's history, so that Back closes it.
 */
export function OpenedGroup(): JSX.Element | null {
  const router = useRouter()
  const project = useKnownProject()
  const { panel } = useSearch({ strict: false })
  useEffect(() => {
    const open = ({ target, ctrlKey, metaKey, shiftKey, detail }: MouseEvent) => {
      const element = (target as Element).closest<HTMLElement>('[data-group]')
      const id = element?.dataset['group']
      const { panel: before } = router.latestLocation.search
      // With a key held down, it selects rows.
      if (!id || ctrlKey || metaKey || shiftKey || id === before) return
      // A mouse that has just selected text of the name.
      const selection = getSelection()
      if (detail > 0 && selection?.isCollapsed === false && selection.containsNode(element, true)) return
      // Not every browser does it: this is where the focus goes when the panel is closed.
      element.focus()
      void router.navigate({
        to: '.',
        search: (search) => ({ ...search, panel: id }),
        state: ({ panels = 0 }) => ({ panels: before === undefined ? 1 : panels && panels + 1 }),
        resetScroll: false,
      })
    }
    document.addEventListener('click', open)
    takeEarly('click', (event) => {
      open(event)
      return true
    })
    return () => document.removeEventListener('click', open)
  }, [router])
  if (project === undefined || panel === undefined) return null
  return (
    <Suspense>
      <GroupPanel project={project} id={panel} />
    </Suspense>
  )
}

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** So many places back the panel was not open; 0 or nothing: it is open since the page is. */
    panels?: number
  }
}
