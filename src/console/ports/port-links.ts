import { useNavigate, useRouter, useRouterState } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, type MouseEvent, type SyntheticEvent } from 'react'

/** Where the links of the ports' rows lead. */
export type PortLinks = {
  port: (id: string) => string
  /** The ports of a VPC, with the other filters as they are. */
  vpc: (id: string) => string
}

/** The pointer rests so long on a link before its page is read ahead, as on the router's links. */
const REST_MS = 50

/**
 * The links of the ports' rows, and one listener for all of them. Rows come and go with each frame
 * of scrolling: links of the router's, each of which follows it, are too much work for that.
 * @returns the addresses, which stay the same function, and what the element around the links takes
 */
export function usePortLinks(project: string) {
  const router = useRouter()
  const navigate = useNavigate()
  const search = useRouterState({ select: ({ location }) => location.searchStr })
  const links = useMemo<PortLinks>(() => {
    const byVpc = new Map<string, string>()
    return {
      port: (id) => `${portsOf(project)}/${encodeURIComponent(id)}`,
      vpc(id) {
        const known = byVpc.get(id)
        if (known !== undefined) return known
        const { href } = router.buildLocation({ ...toVpc(project, id), _fromLocation: router.latestLocation })
        byVpc.set(id, href)
        return href
      },
    }
    // Its search is part of each link to a VPC.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [router, project, search])

  const resting = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(resting.current), [])
  const listeners = useMemo(() => {
    const readAhead = (port: string) =>
      router.preloadRoute(toPort(project, port)).catch(() => {
        // It fails again, and is said, when the link is followed.
      })
    return {
      onClick(event: MouseEvent) {
        const link = linkOf(event)
        if (link === undefined || event.defaultPrevented || !isPlain(event)) return
        const { port, vpc } = link
        if (port === undefined && vpc === undefined) return
        event.preventDefault()
        if (port !== undefined) void navigate(toPort(project, port))
        else if (vpc !== undefined) void navigate({ ...toVpc(project, vpc), replace: true })
      },
      onMouseOver(event: MouseEvent) {
        clearTimeout(resting.current)
        const port = linkOf(event)?.port
        if (port !== undefined) resting.current = setTimeout(() => void readAhead(port), REST_MS)
      },
      onMouseLeave: () => clearTimeout(resting.current),
      onFocus(event: SyntheticEvent) {
        const port = linkOf(event)?.port
        if (port !== undefined) void readAhead(port)
      },
      onTouchStart(event: SyntheticEvent) {
        const port = linkOf(event)?.port
        if (port !== undefined) void readAhead(port)
      },
    }
  }, [router, navigate, project])
  return { links, listeners }
}

const portsOf = (project: string) => `/projects/${encodeURIComponent(project)}/ports`

const toPort = (projectId: string, portId: string) =>
  ({ to: '/projects/$projectId/ports/$portId', params: { projectId, portId } }) as const

const toVpc = (projectId: string, vpc: string) =>
  ({
    to: '/projects/$projectId/ports',
    params: { projectId },
    search: (before: object) => ({ ...before, vpc }),
  }) as const

/** The port or the VPC of the link that the event is on. */
function linkOf({ target }: SyntheticEvent): { port?: string; vpc?: string } | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('a')?.dataset : undefined
}

/** Other clicks are the browser's: they open another tab or window, or save. */
function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
}
