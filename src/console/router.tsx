import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  notFound,
  redirect,
  type RouterHistory,
} from '@tanstack/react-router'
import { keepLastProject, lastProject } from './app/last-project.ts'
import { readPanelSearch } from './app/panel-search.ts'
import { parseSearch, stringifySearch } from './app/search-params.ts'
import { Shell } from './app/Shell.tsx'
import { ErrorView, NotFoundView, PendingView, RootErrorView, RootPendingView } from './app/views.tsx'
import { page } from './errors/later.tsx'
import type { NewChangeSearch } from './facts/new-change-search.ts'
import { readHistorySearch } from './history/history-search.ts'
import { readPortSearch } from './port-page/port-search.ts'
import { filtersOf, readPortsSearch } from './port-search/ports-search.ts'
import type { OrdersSearch } from './standing-orders/orders-search.ts'
import { groupsInfiniteQuery, portQuery, portsInfiniteQuery, sessionQuery } from './proxy-client/queries.ts'

type RouterContext = { queryClient: QueryClient }

const laterPages = () => import('./app/later-pages.ts')

const rootRoute = createRootRouteWithContext<RouterContext>()({
  beforeLoad: async ({ context }) => ({ session: await context.queryClient.ensureQueryData(sessionQuery()) }),
  component: Shell,
  errorComponent: RootErrorView,
  pendingComponent: RootPendingView,
  notFoundComponent: NotFoundView,
})

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: ({ context: { session } }) => {
    const last = lastProject()
    const project = session.projects.find((one) => one.project_id === last) ?? session.projects[0]
    if (project === undefined) throw notFound()
    throw redirect({
      to: '/projects/$projectId/ports',
      params: { projectId: project.project_id },
      replace: true,
    })
  },
})

const projectRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/projects/$projectId',
  validateSearch: readPanelSearch,
  beforeLoad: ({ context: { session }, params: { projectId } }) => {
    if (!session.projects.some((project) => project.project_id === projectId))
      throw notFound({ data: { project: projectId } })
  },
  onEnter: ({ params }) => keepLastProject(params.projectId),
  onStay: ({ params }) => keepLastProject(params.projectId),
  notFoundComponent: NotFoundView,
})

const projectIndexRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/projects/$projectId/ports', params, replace: true })
  },
})

const portsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/ports',
  validateSearch: readPortsSearch,
  loaderDeps: ({ search }) => filtersOf(search),
  // Not awaited: the page is there at once and shows what is on its way.
  loader: ({ context, params, deps }) =>
    void context.queryClient.prefetchInfiniteQuery(portsInfiniteQuery(params.projectId, deps)),
  component: page(() => import('./ports/PortsPage.tsx').then((module) => module.PortsPage)),
})

const portRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/ports/$portId',
  validateSearch: readPortSearch,
  loader: ({ context: { queryClient }, params: { projectId, portId }, preload }) => {
    import('./port-page/PortPage.tsx')
      .then(({ loadParts, portOperationsQuery }) => {
        // Read ahead, nothing of the page is in the way of the rest of it.
        if (preload) loadParts()
        return queryClient.prefetchQuery(portOperationsQuery(projectId, portId))
      })
      .catch(() => {})
    void queryClient.prefetchQuery(portQuery(projectId, portId))
    // The first page, for the catalogue.
    void queryClient.prefetchInfiniteQuery(groupsInfiniteQuery(projectId, {}))
  },
  component: page(() => import('./port-page/PortPage.tsx').then((module) => module.PortPage)),
})

const historyRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/history',
  validateSearch: readHistorySearch,
  component: page(() => laterPages().then((pages) => pages.historyPage())),
})

const portHistoryRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/ports/$portId/history',
  validateSearch: readHistorySearch,
  component: page(() => laterPages().then((pages) => pages.portHistoryPage())),
})

const recordRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/history/$recordId',
  component: page(() => laterPages().then((pages) => pages.recordPage())),
})

const changesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/changes',
  component: page(() => laterPages().then((pages) => pages.changesPage())),
})

const newChangeRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/changes/new',
  // The page reads it.
  validateSearch: (search) => search as NewChangeSearch,
  component: page(() => laterPages().then((pages) => pages.newChangePage())),
})

const changeRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/changes/$changeId',
  validateSearch: (search) => search as { state?: string },
  component: page(() => laterPages().then((pages) => pages.changePage())),
})

const standingOrdersRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/standing-orders',
  validateSearch: (search) => search as OrdersSearch,
  component: page(() => laterPages().then((pages) => pages.ordersPage())),
})

const aboutRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/about',
  component: page(() => laterPages().then((pages) => pages.aboutPage())),
})

const routeTree = rootRoute.addChildren([
  indexRoute,
  projectRoute.addChildren([
    projectIndexRoute,
    portsRoute,
    portRoute,
    portHistoryRoute,
    historyRoute,
    recordRoute,
    changesRoute,
    newChangeRoute,
    changeRoute,
    standingOrdersRoute,
    aboutRoute,
  ]),
])

/** The console's router. @param history the browser's, unless given */
export function createConsoleRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context: { queryClient },
    ...(history && { history }),
    defaultPreload: 'intent',
    // React Query decides how fresh data is, and how long it is kept.
    defaultPreloadStaleTime: 0,
    defaultGcTime: 0,
    defaultPreloadGcTime: 0,
    defaultPendingComponent: PendingView,
    defaultPendingMinMs: 0,
    defaultErrorComponent: ErrorView,
    defaultNotFoundComponent: NotFoundView,
    scrollRestoration: true,
    parseSearch,
    stringifySearch,
    // What a route does not read is left out, not handed on as it came.
    search: { strict: true },
  })
}

/**
 * Asks for the code and the data of the page that the address names, now: the router would wait
 * for the session first, which on a slow network is a third of the way to the first view.
 * Without a session these responses are not used.
 */
export function loadAhead(router: ReturnType<typeof createConsoleRouter>): void {
  for (const { routeId, ...match } of router.matchRoutes(router.latestLocation)) {
    const route = router.routesById[routeId as keyof typeof router.routesById]
    // What can't be loaded fails again when the router loads it, and is shown then.
    router.loadRouteChunk(route)?.catch(() => {})
    const { loader } = route.options
    if (typeof loader === 'function')
      loader({ context: router.options.context, params: match.params, deps: match.loaderDeps } as never)
  }
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
