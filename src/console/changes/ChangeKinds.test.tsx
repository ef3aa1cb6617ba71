import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { Profiler } from 'react'
import { expect, test } from 'vitest'
import { MOST_KINDS, type BulkChange } from '../../vpc/bulk-changes-api.ts'
import { ChangeKinds } from './ChangeKinds.tsx'

const counts = (waiting: number, done = 0) => ({
  ...{ waiting, done, under_way: 0, failed: 0, list_changed: 0, left_out: 0 },
})

const KINDS: BulkChange['kinds'] = Array.from({ length: MOST_KINDS }, (_, n) => ({
  planned_from: [`group-${n}`],
  desired: ['attackers', `group-${n}`],
  steps: [{ kind: 'insert', security_groups: ['attackers'], index: 0 }],
  ports: 20,
  counts: counts(20),
}))

/** How many rows are in the document after each time that the kinds were drawn. */
function show() {
  const rows: number[] = []
  const client = new QueryClient({ defaultOptions: { queries: { enabled: false } } })
  const page = (kinds: BulkChange['kinds']) => (
    <QueryClientProvider client={client}>
      <Profiler id="kinds" onRender={() => rows.push(document.querySelectorAll('ul > li').length)}>
        <ChangeKinds project="project" change={{ kinds, state: 'running' }} />
      </Profiler>
    </QueryClientProvider>
  )
  return { rows, page }
}

test('of 500 kinds a few are drawn at a time, twenty at first and then as many more', async () => {
  const { rows, page } = show()
  render(page(KINDS))
  await waitFor(() => expect(rows.at(-1)).toBe(20))
  fireEvent.click(screen.getByRole('button', { name: 'Show 20 more of 480' }))
  await waitFor(() => expect(rows.at(-1)).toBe(40))
  const grown = rows.map((count, n) => count - (rows[n - 1] ?? 0))
  expect(Math.max(...grown)).toBeLessThan(6)
})

test('a kind that did not change is not drawn again while others go on', async () => {
  const drawn: number[] = []
  // Only what draws a kind looks at its counts.
  const kinds = KINDS.map((kind, n) => ({
    ...kind,
    get counts() {
      drawn.push(n)
      return kind.counts
    },
  }))
  const { page } = show()
  const { rerender } = render(page(kinds))
  await waitFor(() => expect(new Set(drawn).size).toBe(20))
  drawn.length = 0
  rerender(page(kinds.with(3, { ...KINDS[3]!, counts: counts(15, 5) })))
  expect(screen.getByText('15 waiting', { exact: false })).toHaveTextContent('5 done · 15 waiting')
  expect(drawn).toEqual([])
})
