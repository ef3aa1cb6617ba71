import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './proxy-client/query-client.ts'
import { createConsoleRouter, loadAhead } from './router.tsx'
import './ui/tokens.css'
// Every page needs these at once: they come in the frame's file, and not in one more.
import '../vpc/device-owner.ts'
import '../vpc/port-facts.ts'
import './facts/group-names.ts'
import './facts/GroupName.tsx'
import './hooks/list-search.ts'
import './ui/PageHeader.tsx'
import './ui/Panel.tsx'
import './ui/StatusBadge.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no element with the ID root')

const queryClient = createQueryClient()
const router = createConsoleRouter(queryClient)
loadAhead(router)

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
