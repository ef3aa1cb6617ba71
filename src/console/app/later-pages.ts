// What names a page's code names all files that it needs. These pages are not what people open
// first: the first view does not have to carry their names.

export const historyPage = () =>
  import('../history/HistoryPage.tsx').then((module) => module.ProjectHistoryPage)
export const portHistoryPage = () =>
  import('../history/HistoryPage.tsx').then((module) => module.PortHistoryPage)
export const recordPage = () =>
  import('../history/AuditRecordPage.tsx').then((module) => module.AuditRecordPage)
export const changesPage = () => import('../changes/ChangesPage.tsx').then((module) => module.ChangesPage)
export const newChangePage = () =>
  import('../new-change/NewChangePage.tsx').then((module) => module.NewChangePage)
export const changePage = () => import('../changes/ChangePage.tsx').then((module) => module.ChangePage)
export const ordersPage = () =>
  import('../standing-orders/OrdersPage.tsx').then((module) => module.OrdersPage)
export const aboutPage = () => import('../about/AboutPage.tsx').then((module) => module.AboutPage)
