import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState, type JSX } from 'react'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { planChange } from '../../vpc/plan-change.ts'
import { Announcer } from '../ui/Announcer.tsx'
import { arrangementOf, type Arrangement } from '../arrangement/arrangement.ts'
import { createDragLink } from '../drag/drag-link.ts'
import { ListPanel } from './ListPanel.tsx'
import { useUndoKeys } from '../arrangement/undo-keys.ts'

const NAMES = ['ssh', 'web', 'db', 'ping', 'dns']
const groups = new Map(NAMES.map((name) => [name, { id: name, name } as SecurityGroup]))
const facts = {
  groups,
  rules: new Map([['ssh', []]]),
  unnamed: new Set<string>(),
  error: null,
  retry: () => {},
}
const dragLink = createDragLink()

function Page({ lockReason, list = NAMES }: { lockReason?: string; list?: string[] }): JSX.Element {
  const [arrangement, setArrangement] = useState<Arrangement>(() => arrangementOf(list))
  const plan = planChange(arrangement.madeFor, arrangement.desired)
  useUndoKeys(setArrangement)
  return (
    <Announcer>
      <ListPanel
        arrangement={arrangement}
        change={setArrangement}
        facts={facts}
        moved={plan.moved}
        detached={plan.detached}
        refusals={new Map()}
        limit={100}
        secured
        lockReason={lockReason}
        dragLink={dragLink}
      />
    </Announcer>
  )
}

const list = () => screen.getByRole('list', { name: /in the order they are decided/ })
const order = () =>
  within(list())
    .getAllByRole('checkbox')
    .map((box) => box.getAttribute('aria-label')?.replace('Select ', ''))
const button = (name: string | RegExp) => screen.getByRole('button', { name })
const grip = (name: string) => button(new RegExp(`^Move ${name}, position`))

/** The properties that React drew an element with last. */
const drawnWith = (element: Element): unknown =>
  Object.entries(element).find(([key]) => key.startsWith('__reactProps'))?.[1]

beforeAll(() => {
  // jsdom lays nothing out: there is nothing to scroll.
  Element.prototype.scrollIntoView = () => {}
})

describe('the ordered list', () => {
  it('moves a group by its buttons, marks it, and keeps the focus on the button', async () => {
    render(<Page />)
    await userEvent.click(button('Move db up'))
    expect(order()).toEqual(['ssh', 'db', 'web', 'ping', 'dns'])
    expect(screen.getByText('Moved from 3')).toBeVisible()
    expect(button('Move db up')).toHaveFocus()
    expect(screen.getByText('db moved to position 2 of 5')).toBeInTheDocument()
  })

  it('moves a group by Alt with an arrow key', async () => {
    render(<Page />)
    grip('web').focus()
    await userEvent.keyboard('{Alt>}{ArrowDown}{ArrowDown}{/Alt}')
    expect(order()).toEqual(['ssh', 'db', 'ping', 'web', 'dns'])
    expect(grip('web')).toHaveFocus()
  })

  it('draws the rows that move alone, and of them what says a position', () => {
    const { container } = render(<Page />)
    // Its controls are in the tab order already.
    act(() => grip('db').focus())
    const before = new Map([...container.querySelectorAll('*')].map((one) => [one, drawnWith(one)]))
    act(() => button('Move db up').click())
    expect(order()).toEqual(['ssh', 'db', 'web', 'ping', 'dns'])
    const drawn = (name: string) =>
      [...grip(name).closest('li')!.querySelectorAll('*')].filter(
        (one) => before.has(one) && before.get(one) !== drawnWith(one),
      )
    expect(['ssh', 'ping', 'dns'].map((name) => drawn(name).length)).toEqual([0, 0, 0])
    // The grip, the number, what is around the rules and the buttons; nothing within these.
    expect(drawn('web').length).toBeGreaterThan(0)
    expect(drawn('web').length).toBeLessThanOrEqual(5)
  })

  it('leads from row to row by arrow keys, with one row in the tab order', async () => {
    render(<Page />)
    grip('ssh').focus()
    await userEvent.keyboard('{ArrowDown}{ArrowDown}')
    expect(grip('db')).toHaveFocus()
    expect(grip('db')).toHaveAttribute('tabindex', '0')
    expect(grip('ssh')).toHaveAttribute('tabindex', '-1')
    await userEvent.keyboard('{End}')
    expect(grip('dns')).toHaveFocus()
  })

  it('moves a group to a typed position', async () => {
    render(<Page />)
    await userEvent.click(button('Position 4: move ping to another position'))
    await userEvent.keyboard('1{Enter}')
    expect(order()).toEqual(['ping', 'ssh', 'web', 'db', 'dns'])
  })

  it('says which positions there are, and moves nothing to another', async () => {
    render(<Page />)
    await userEvent.click(button('Position 4: move ping to another position'))
    await userEvent.keyboard('9{Enter}')
    expect(screen.getByText('There is no position 9: type 1 to 5')).toBeVisible()
    expect(screen.getByRole('textbox', { name: 'Position of ping' })).toHaveValue('9')
    await userEvent.keyboard('{Escape}')
    expect(order()).toEqual(NAMES)
    expect(button('Position 4: move ping to another position')).toHaveFocus()
  })

  it('moves selected groups together, in their order', async () => {
    render(<Page />)
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select dns' }))
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select web' }))
    expect(screen.getByText('2 selected')).toBeVisible()
    await userEvent.type(
      await screen.findByRole('textbox', { name: 'Position for the selected groups' }),
      '1{Enter}',
    )
    expect(order()).toEqual(['web', 'dns', 'ssh', 'db', 'ping'])
  })

  it('selects a range with Shift', async () => {
    const user = userEvent.setup()
    render(<Page />)
    await user.click(screen.getByRole('checkbox', { name: 'Select web' }))
    await user.keyboard('{Shift>}')
    await user.click(screen.getByRole('checkbox', { name: 'Select ping' }))
    await user.keyboard('{/Shift}')
    expect(screen.getByText('3 selected')).toBeVisible()
  })

  it('selects all with a button and with Ctrl+A', async () => {
    render(<Page />)
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select web' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Select all' }))
    expect(screen.getByText('5 selected')).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Select all' })).toBeNull()
    await userEvent.click(button('Clear'))
    grip('db').focus()
    await userEvent.keyboard('{Control>}a{/Control}')
    expect(screen.getByText('5 selected')).toBeVisible()
  })

  it('detaches with Delete, goes on to the next row, and restores', async () => {
    render(<Page />)
    grip('web').focus()
    await userEvent.keyboard('{Delete}')
    expect(order()).toEqual(['ssh', 'db', 'ping', 'dns'])
    expect(grip('db')).toHaveFocus()
    const detached = await screen.findByRole('region', { name: 'Will be detached' })
    expect(within(detached).getByText('was 2')).toBeVisible()
    await userEvent.click(button('Restore web'))
    expect(order()).toEqual(NAMES)
  })

  it('undoes, redoes and resets, by buttons that count and by keys', async () => {
    render(<Page />)
    await userEvent.click(button('Detach ssh'))
    await userEvent.click(button('Detach web'))
    await userEvent.click(button('Undo (2)'))
    expect(order()).toEqual(['web', 'db', 'ping', 'dns'])
    await userEvent.keyboard('{Control>}z{/Control}')
    expect(order()).toEqual(NAMES)
    await userEvent.click(button('Redo (2)'))
    await userEvent.keyboard('{Control>}y{/Control}')
    expect(order()).toEqual(['db', 'ping', 'dns'])
    await userEvent.click(button('Reset'))
    expect(order()).toEqual(NAMES)
  })

  it('leaves the keys alone while something is typed', async () => {
    render(<Page />)
    await userEvent.click(button('Detach ssh'))
    await userEvent.click(button('Position 1: move web to another position'))
    await userEvent.keyboard('{Control>}z{/Control}{Delete}')
    expect(order()).toEqual(['web', 'db', 'ping', 'dns'])
  })

  it('can be read but not changed while locked, and says why', async () => {
    render(<Page lockReason="A change to this port is under way" />)
    expect(screen.queryByRole('button', { name: 'Detach ssh' })).not.toBeInTheDocument()
    grip('web').focus()
    await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}{Delete}')
    expect(order()).toEqual(NAMES)
    expect(button('Reset')).toHaveAccessibleDescription('A change to this port is under way')
  })

  it('says what an empty list means', () => {
    render(<Page list={[]} />)
    expect(screen.getByText(/This port has no security groups. No rule matches/)).toBeVisible()
  })
})
