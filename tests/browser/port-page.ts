import { expect, type Locator, type Page } from '@playwright/test'

type Point = { x: number; y: number }

/**
 * The port's page: where things are on it, and what an operator does there. What it expects is only
 * that the page is ready; benchmarks and the README's picture use it too.
 */
export class PortPage {
  readonly page: Page
  /** The port's groups, in their arranged order. */
  readonly list: Locator
  /** The panel around the list: how many groups there are, and for how many more there is room. */
  readonly listPanel: Locator
  readonly rows: Locator
  readonly grips: Locator
  readonly catalogue: Locator
  readonly search: Locator
  readonly addToTop: Locator
  readonly addToEnd: Locator
  readonly insertAt: Locator
  readonly plan: Locator
  readonly dryRun: Locator
  readonly dryRunButton: Locator
  readonly applyButton: Locator
  readonly resetButton: Locator
  /** The dialog that asks before a change is sent. */
  readonly dialog: Locator
  readonly confirmButton: Locator
  readonly traffic: Locator
  /** What is said of a change that has just been made. */
  readonly lastChange: Locator
  readonly undoButton: Locator
  /** Said when the port's list is another than the one that was arranged. */
  readonly listChanged: Locator
  readonly rebaseButton: Locator
  /** What can be done about an operation that stopped. */
  readonly goOn: Locator
  readonly goBack: Locator
  readonly leaveAsIs: Locator

  constructor(page: Page) {
    this.page = page
    const button = (name: string, within: Page | Locator = page) =>
      within.getByRole('button', { name, exact: true })
    this.list = page.getByRole('list', { name: 'Security groups in the order they are decided' })
    this.listPanel = page.getByRole('region', { name: 'Security groups', exact: true })
    this.rows = this.list.locator('[data-row]')
    this.grips = this.list.locator('[data-control=grip]')
    this.catalogue = page.getByRole('region', { name: 'Catalogue' })
    this.search = page.getByRole('searchbox', { name: 'Search groups' })
    this.addToTop = button('Add to top', this.catalogue)
    this.addToEnd = button('Add to end', this.catalogue)
    this.insertAt = page.getByLabel('Insert at position')
    this.plan = page.getByRole('region', { name: 'Plan', exact: true })
    this.dryRun = this.plan.getByRole('switch', { name: 'Dry run' })
    this.dryRunButton = button('Dry run', this.plan)
    this.applyButton = button('Apply…', this.plan)
    this.resetButton = button('Reset')
    this.dialog = page.getByRole('dialog', { name: 'Apply this change?' })
    this.confirmButton = button('Apply', this.dialog)
    this.traffic = page.getByRole('region', { name: 'What traffic changes' })
    this.lastChange = page.getByRole('status', { name: 'Last change' })
    this.undoButton = button('Undo this change')
    this.listChanged = page.getByText('The list changed since you arranged it')
    this.rebaseButton = button('Re-apply my changes to the new list')
    this.goOn = button('Finish the change')
    this.goBack = button('Roll back')
    this.leaveAsIs = button('Leave as it is')
  }

  /** The row of the group with that ID: in the catalogue, or in the list. */
  row(id: string): Locator {
    return this.page.locator(`[data-row="${id}"]`)
  }

  /** The button that adds the group with that ID to the end of the list. */
  addButton(id: string): Locator {
    return this.row(id).locator('[data-control=add]')
  }

  /** The box that selects the group of that name. */
  checkbox(name: string): Locator {
    return this.page.getByRole('checkbox', { name: `Select ${name}`, exact: true })
  }

  /** Notices that want attention, those that hold the text. */
  alert(hasText: string): Locator {
    return this.page.getByRole('alert').filter({ hasText })
  }

  /** Where a broken guard is explained; within a part of the page if that is given. */
  brokenGuard(within: Page | Locator = this.page): Locator {
    return within.getByRole('alert').filter({ hasText: 'This change breaks a guard' })
  }

  /** The IDs of the groups, in their arranged order. */
  ids(): Promise<string[]> {
    return this.rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-row') ?? ''))
  }

  /** The JSON bodies of the requests that the plan shows, in order. */
  async bodies(): Promise<unknown[]> {
    const requests = await this.plan.locator('pre').allTextContents()
    return requests.map((text) => JSON.parse(text.slice(text.indexOf('{'))))
  }

  /** Opens the port's page and waits until it shows that many groups, all by their names. */
  async open(path: string, groups: number): Promise<void> {
    await this.page.goto(path)
    await expect(this.rows).toHaveCount(groups)
    // Until the groups' names are read, a row and its buttons are named by the start of the ID.
    await expect(this.rows.getByRole('checkbox', { name: /…$/ })).toHaveCount(0)
  }

  /** Searches the catalogue for IDs or for a part of a name. */
  async find(...words: string[]): Promise<void> {
    await this.search.fill(words.join(' '))
  }

  /** Adds the group with that ID to the end of the list. */
  async add(id: string): Promise<void> {
    await this.find(id)
    await this.addButton(id).click()
  }

  /** Adds the group of that name to the top of the list. */
  async addNamedToTop(name: string): Promise<void> {
    await this.find(name)
    await this.checkbox(name).check()
    await this.addToTop.click()
  }

  /** Moves the group of that name by its button. */
  async move(name: string, direction: 'up' | 'down', times = 1): Promise<void> {
    const button = this.page.getByRole('button', { name: `Move ${name} ${direction}`, exact: true })
    for (let n = 0; n < times; n++) await button.click()
  }

  /** Waits until rows can be dragged: that is loaded after the list. */
  async canDrag(): Promise<void> {
    // It says in it what is dragged.
    await expect(this.page.locator('[data-drag-words]')).toBeAttached()
  }

  /** Drags by mouse, as slowly as a hand. */
  async drag(from: Locator, to: Point): Promise<void> {
    const { mouse } = this.page
    await this.canDrag()
    const box = (await from.boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await mouse.move(x, y)
    await mouse.down()
    await mouse.move(x + 8, y + 8, { steps: 3 })
    await mouse.move(to.x, to.y, { steps: 12 })
    await mouse.up()
  }

  /** A point just below the upper edge of the nth row of the list, counted from 0. */
  async gapAbove(n: number): Promise<Point> {
    const box = (await this.rows.nth(n).boundingBox())!
    return { x: box.x + box.width / 3, y: box.y + 2 }
  }

  /** Makes the dry run of the plan. */
  async check(): Promise<void> {
    await this.dryRun.check()
    await this.dryRunButton.click()
  }

  /** Turns the dry run off and asks to apply: the dialog opens. */
  async askToApply(): Promise<void> {
    await this.dryRun.uncheck()
    await this.applyButton.click()
  }

  /** Applies the plan: from the dry run to the dialog, which closes when the proxy has taken it. */
  async apply(): Promise<void> {
    await this.askToApply()
    await this.confirmButton.click()
    await expect(this.dialog).toBeHidden()
  }
}
