import { expect } from '@playwright/test'
import { EXAMPLE } from '../browser/portside.ts'
import { button, panel, test } from './portside.ts'

const ROWS = '//*[@aria-label="Security groups in the order they are decided"]//*[@data-row]'
const row = (id: string) => `//*[@data-row="${id}"]`
const control = (id: string, name: string) => `${row(id)}//*[@data-control="${name}"]`

test('the main job: place, drag, keys, panel, popover, dry run, apply', async ({ hands, running }) => {
  const { driven } = hands
  const [added] = EXAMPLE.inserted
  const { first, second } = EXAMPLE
  const listIs = (...ids: string[]) => expect.poll(() => hands.all(ROWS, 'data-row')).toEqual(ids)

  await test.step('sign in, open a port', async () => {
    await driven.open(running.signIn)
    await hands.click(`//a[normalize-space()="${EXAMPLE.port}"]`)
    await listIs(first, second)
    // What is dragged is said in it: until it is there, nothing can be.
    await hands.sees('//*[@data-drag-words]')
  })

  await test.step('drag a group from the catalogue between two others', async () => {
    await hands.click(`${panel('Catalogue')}//input[@type="search"]`)
    await driven.type(added)
    // At the grip: on its text, a mouse selects.
    const from = await hands.middleOf(`${row(added)}//*[contains(@class, "grip")]`)
    const below = await hands.middleOf(row(second))
    const to = { x: below.x, y: below.y - 10 }
    const between = Array.from({ length: 12 }, (_, n) => ({
      x: from.x + ((to.x - from.x) * n) / 12,
      y: from.y + ((to.y - from.y) * n) / 12,
    }))
    await driven.drag(from, { x: from.x + 8, y: from.y + 8 }, ...between, to, to)
    await listIs(first, added, second)
  })

  await test.step('move it by keys: up at once, then lifted, down and dropped', async () => {
    await hands.focus(control(added, 'grip'))
    await driven.press('Alt', 'ArrowUp')
    await listIs(added, first, second)
    await driven.press(' ')
    await hands.sees('//*[contains(., "lifted, position 1 of 3")][not(*)]')
    await driven.press('ArrowDown')
    await hands.sees('//*[contains(., "over position 2 of 3")][not(*)]')
    await driven.press(' ')
    await listIs(first, added, second)
    await driven.press('Control', 'z')
    await listIs(added, first, second)
    await driven.press('Control', 'y')
    await listIs(first, added, second)
  })

  await test.step('open a group beside the page, close it by Esc', async () => {
    const name = control(first, 'name')
    await hands.click(name)
    const opened = '//dialog[.//h2[normalize-space()="default"]]'
    await hands.reads(opened, /Default security group[^]*Priority/)
    await driven.press('Escape')
    await hands.sees(opened, 0)
    expect(await driven.ask(isFocused, 'name', first)).toBe(true)
  })

  await test.step('open the meaning of a field, close it by Esc', async () => {
    const about = button('About device_owner')
    await hands.click(about)
    await expect.poll(() => driven.ask(openPopover)).toMatch(/device_owner/)
    await driven.press('Escape')
    await expect.poll(() => driven.ask(openPopover)).toBe('')
  })

  await test.step('dry run, then apply after the question', async () => {
    const plan = panel('Plan')
    await hands.click(button('Dry run', plan))
    await hands.reads(plan, /Dry run passed/)
    expect(await running.cloud.list(EXAMPLE.port)).toEqual([first, second])
    await hands.click(button('Apply…', plan))
    const dialog = '//dialog[.//h2[normalize-space()="Apply this change?"]]'
    await hands.reads(dialog, /Before[^]*After/)
    await hands.click(button('Apply', dialog))
    await hands.sees(dialog, 0)
    await expect.poll(() => running.cloud.list(EXAMPLE.port)).toEqual([first, added, second])
    await listIs(first, added, second)
    await hands.reads('//*[@aria-label="Last change"]', /Applied: 1 group added/)
    await hands.reads(panel('Port details'), /changed: [^]*security_groups/)
  })
})

function isFocused(name: string, id: string): boolean {
  return document.activeElement?.matches(`[data-row="${id}"] [data-control="${name}"]`) ?? false
}

function openPopover(): string {
  return document.querySelector<HTMLElement>(':popover-open')?.innerText ?? ''
}
