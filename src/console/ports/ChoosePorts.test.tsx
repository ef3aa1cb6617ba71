import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, render, screen } from '@testing-library/react'
import { memo, useCallback, useState } from 'react'
import { expect, test } from 'vitest'
import type { Port } from '../../vpc/port.ts'
import { ChoosePorts, type CheckOf } from './ChoosePorts.tsx'

const ROWS: Port[] = Array.from({ length: 40 }, (_, n) => ({
  ...{ id: `port-${n}`, name: `web-${n}`, security_groups: [] },
}))

const drawn: string[] = []
const Row = memo(function Row({ port, check }: { port: Port; check: CheckOf | undefined }) {
  drawn.push(port.id)
  return <li>{check?.(port)}</li>
})

function Table() {
  const [check, setCheck] = useState<CheckOf>()
  const onCheck = useCallback((next: CheckOf | undefined) => setCheck(() => next), [])
  return (
    <>
      <ChoosePorts project="project" search={{}} rows={ROWS} onCheck={onCheck} />
      <ul>
        {ROWS.map((port) => (
          <Row key={port.id} port={port} check={check} />
        ))}
      </ul>
    </>
  )
}

test('a click on a box draws boxes, and no row anew', async () => {
  const routeTree = createRootRoute({ component: Table })
  const router = createRouter({ routeTree, history: createMemoryHistory(), scrollRestoration: false })
  // oxlint-disable-next-line typescript/no-explicit-any -- it is not the console's router
  render(<RouterProvider router={router as any} />)
  fireEvent.click(await screen.findByRole('button', { name: 'Choose ports' }))
  drawn.length = 0
  fireEvent.click(screen.getByRole('checkbox', { name: 'Select web-3' }))
  fireEvent.click(screen.getByRole('checkbox', { name: 'Select web-30' }), { shiftKey: true })
  expect(screen.getAllByRole('checkbox', { checked: true })).toHaveLength(28)
  expect(screen.getByText('28 chosen')).toBeVisible()
  expect(drawn).toEqual([])
  fireEvent.click(screen.getByRole('checkbox', { name: 'Select web-5' }))
  expect(screen.getByText('27 chosen')).toBeVisible()
})
