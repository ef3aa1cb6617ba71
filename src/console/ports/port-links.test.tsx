import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import type { JSX } from 'react'
import { beforeAll, describe, expect, it } from 'vitest'
import { usePortLinks } from './port-links.ts'

/** Two links among the rows, and one that is none of them. */
function Ports(): JSX.Element {
  const { links, listeners } = usePortLinks('p 1')
  return (
    <div {...listeners}>
      <a href={links.port('a/b')} data-port="a/b">
        <b>port</b>
      </a>
      <a href={links.vpc('v1')} data-vpc="v1">
        vpc
      </a>
      <a href="#elsewhere">other</a>
    </div>
  )
}

async function open(address: string) {
  const root = createRootRoute()
  const router = createRouter({
    routeTree: root.addChildren([
      createRoute({
        getParentRoute: () => root,
        path: '/projects/$projectId/ports',
        component: Ports,
        validateSearch: (search: Record<string, unknown>) => search,
      }),
      createRoute({
        getParentRoute: () => root,
        path: '/projects/$projectId/ports/$portId',
        component: () => <p>the port’s page</p>,
      }),
    ]),
    history: createMemoryHistory({ initialEntries: [address] }),
  })
  render(<RouterProvider router={router as never} />)
  await screen.findByText('port')
  return router
}

const address = (text: string) => screen.getByText(text).closest('a')!.getAttribute('href')

/** Clicks. @returns true when the browser would do what it does with links */
function click(text: string, how: MouseEventInit = {}): boolean {
  let left = false
  const note = (event: Event) => {
    left = !event.defaultPrevented
    // There is no browser here.
    event.preventDefault()
  }
  addEventListener('click', note, { once: true })
  fireEvent.click(screen.getByText(text), how)
  return left
}

beforeAll(() => {
  window.scrollTo = () => {}
})

describe('the links of the rows of ports', () => {
  it('lead to the port, and to the ports of a VPC with the other filters as they are', async () => {
    await open('/projects/p%201/ports?status=DOWN')
    expect(address('port')).toBe('/projects/p%201/ports/a%2Fb')
    expect(address('vpc')).toBe('/projects/p%201/ports?status=DOWN&vpc=v1')
  })

  it('are followed within the page', async () => {
    const router = await open('/projects/p%201/ports')
    expect(click('port')).toBe(false)
    await screen.findByText('the port’s page')
    expect(router.state.matches.at(-1)?.params).toEqual({ projectId: 'p 1', portId: 'a/b' })
  })

  it('of a VPC filter in place of the address before', async () => {
    const router = await open('/projects/p%201/ports?status=DOWN')
    expect(click('vpc')).toBe(false)
    await waitFor(() => expect(router.state.location.search).toEqual({ status: 'DOWN', vpc: 'v1' }))
    expect(router.history.length).toBe(1)
    expect(address('vpc')).toBe('/projects/p%201/ports?status=DOWN&vpc=v1')
  })

  it('are the browser’s where a key asks for another tab, and so are other links', async () => {
    const router = await open('/projects/p%201/ports')
    const before = router.state.location.href
    for (const key of [{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { button: 1 }])
      expect(click('port', key)).toBe(true)
    expect(click('other')).toBe(true)
    expect(router.state.location.href).toBe(before)
  })

  it('have their page read ahead when a pointer rests on them, not when it passes', async () => {
    const router = await open('/projects/p%201/ports')
    const read: unknown[] = []
    router.preloadRoute = (async (to: unknown) => void read.push(to)) as never
    fireEvent.mouseOver(screen.getByText('port'))
    fireEvent.mouseOver(screen.getByText('vpc'))
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(read).toEqual([])
    fireEvent.mouseOver(screen.getByText('port'))
    await waitFor(() => expect(read).toMatchObject([{ params: { projectId: 'p 1', portId: 'a/b' } }]))
  })
})
