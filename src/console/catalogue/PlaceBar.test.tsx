import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { PlaceBar, type PlacePreviewProps } from './PlaceBar.tsx'

function show(options: { selected?: string[]; count?: number; free?: number; lockReason?: string }) {
  const onPlace = vi.fn<(position: number) => void>()
  const { selected = ['a', 'b'], count = 3, free = 97, lockReason } = options
  render(
    <PlaceBar
      {...{ selected, count, free, limit: 100, lockReason, onPlace }}
      onClear={() => {}}
      Preview={Preview}
    />,
  )
  return onPlace
}
const Preview = ({ ids, where }: PlacePreviewProps) => <p>{`${where}: ${ids.join(' and ')}`}</p>
const button = (name: string) => screen.getByRole('button', { name })

describe('placing without dragging', () => {
  it('places at the top, at the end, and at a typed position', async () => {
    const onPlace = show({})
    await userEvent.click(button('Add to top'))
    await userEvent.click(button('Add to end'))
    await userEvent.type(screen.getByRole('textbox', { name: 'Insert at position' }), '2{Enter}')
    expect(onPlace.mock.calls).toEqual([[0], [3], [1]])
  })
  it('takes the place below the last group, and no further one', async () => {
    const onPlace = show({})
    const field = screen.getByRole('textbox', { name: 'Insert at position' })
    await userEvent.type(field, '5{Enter}')
    expect(screen.getAllByText('There is no position 5: type 1 to 4')[0]).toBeVisible()
    await userEvent.clear(field)
    await userEvent.type(field, '4{Enter}')
    expect(onPlace.mock.calls).toEqual([[3]])
  })
  it.each([
    [{ selected: [] }, 'Select groups in the catalogue first'],
    [{ count: 99, free: 1 }, 'There is room for 1 more only: a port takes at most 100 groups.'],
    [{ count: 100, free: 0 }, 'The list has 100 groups, and a port takes no more. Detach one first.'],
    [{ lockReason: 'A change to this port is under way' }, 'A change to this port is under way'],
  ])('says why it places nothing: %j', async (options, reason) => {
    const onPlace = show(options)
    await userEvent.click(button('Add to end'))
    await userEvent.type(screen.getByRole('textbox', { name: 'Insert at position' }), '1{Enter}')
    expect(onPlace).not.toHaveBeenCalled()
    expect(button('Add to end')).toHaveAccessibleDescription(reason)
  })

  it('says what would change: at the typed position; else at the top and at the end', async () => {
    show({})
    expect(screen.queryByText(/a and b$/)).toBeNull()
    await userEvent.click(button('What would change?'))
    expect(screen.getAllByText(/a and b$/).map((one) => one.textContent)).toEqual([
      'At the top: a and b',
      'At the end: a and b',
    ])
    await userEvent.type(screen.getByRole('textbox', { name: 'Insert at position' }), '2')
    expect(screen.getAllByText(/a and b$/).map((one) => one.textContent)).toEqual(['At position 2: a and b'])
  })
})
