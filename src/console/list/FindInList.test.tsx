import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useEffect, useRef, useState, type JSX } from 'react'
import { beforeAll, expect, it } from 'vitest'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { arrangementOf, type Arrangement } from '../arrangement/arrangement.ts'
import { createDragLink } from '../drag/drag-link.ts'
import { FindInList } from './FindInList.tsx'
import { ListPanel } from './ListPanel.tsx'

const LIST = Array.from({ length: 20 }, (_, n) => `group-${n + 1}`)
const groups = new Map(
  LIST.map((id, n) => {
    const name = n % 8 === 3 ? `web-${n + 1}` : `db-${n + 1}`
    return [id, { id, name, description: n === 18 ? 'Web of old' : '' } as SecurityGroup]
  }),
)
const facts = { groups, rules: new Map(), unnamed: new Set<string>(), error: null, retry: () => {} }
const dragLink = createDragLink()

function Page(): JSX.Element {
  const areas = useRef<HTMLDivElement>(null)
  const [arrangement, setArrangement] = useState<Arrangement>(() => arrangementOf(LIST))
  const [loaded, setLoaded] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLoaded(true))
    return () => clearTimeout(timer)
  }, [])
  return (
    <div ref={areas}>
      <ListPanel
        {...{ arrangement, facts, dragLink }}
        change={setArrangement}
        moved={[]}
        detached={[]}
        refusals={new Map()}
        limit={100}
        secured
        lockReason={undefined}
      />
      {loaded && <FindInList areas={areas} desired={arrangement.desired} groups={groups} />}
    </div>
  )
}

const field = () => screen.getByRole('searchbox', { name: 'Find in the list' })
const marked = () =>
  [...document.querySelectorAll<HTMLElement>('[data-found]')].map(({ dataset }) => dataset['row'])
const said = () => document.querySelector('search output')
const seen: (string | undefined)[] = []

beforeAll(() => {
  // jsdom lays nothing out: where it would scroll to is what is brought into sight.
  Element.prototype.scrollIntoView = function (this: HTMLElement) {
    seen.push(this.dataset['row'])
  }
})

it('marks what matches, leads from one to the next, and hides nothing', async () => {
  render(<Page />)
  await screen.findByRole('searchbox')
  await userEvent.type(field(), 'WEB')
  expect(marked()).toEqual(['group-4', 'group-12', 'group-19', 'group-20'])
  expect(said()).toHaveTextContent('1 of 4: web-4, position 4')
  expect(seen.at(-1)).toBe('group-4')
  await userEvent.keyboard('{Enter}{ArrowDown}')
  expect(said()).toHaveTextContent('3 of 4: db-19, position 19')
  await userEvent.keyboard('{Shift>}{Enter}{/Shift}')
  expect(seen.at(-1)).toBe('group-12')
  expect(document.querySelectorAll('[data-row]')).toHaveLength(20)
  // The row that was found is the next in the tab order.
  await userEvent.tab()
  expect(screen.getByRole('button', { name: 'Move web-12, position 12 of 20' })).toHaveFocus()
  // Its keys work as ever, and it stays marked.
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}')
  expect(said()).toHaveTextContent('2 of 4: web-12, position 11')
  expect(marked()).toEqual(['group-4', 'group-12', 'group-19', 'group-20'])
  await userEvent.keyboard('/')
  expect(field()).toHaveFocus()
  await userEvent.keyboard('{Escape}')
  expect(marked()).toEqual([])
  await userEvent.type(field(), 'no such')
  expect(said()).toHaveTextContent('No match')
})
