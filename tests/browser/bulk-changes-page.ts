import { expect, type Locator, type Page } from '@playwright/test'

/**
 * The pages of changes on many ports: where things are on them, and what an operator does there.
 */
export class BulkChangesPage {
  readonly page: Page
  /** Of a new change: which ports, and what is wanted. */
  readonly wanted: Locator
  readonly kinds: Locator
  readonly dryRun: Locator
  readonly review: Locator
  /** Asks before ports are changed. */
  readonly dialog: Locator
  readonly begin: Locator
  /** Of a change that is carried out: how far it is. */
  readonly carryingOut: Locator
  readonly pause: Locator
  readonly goOn: Locator
  readonly endHere: Locator
  readonly undo: Locator
  /** The ports that failed or were left out. */
  readonly notDone: Locator
  readonly happened: Locator

  constructor(page: Page) {
    this.page = page
    const region = (name: string) => page.getByRole('region', { name, exact: true })
    this.wanted = region('What is wanted')
    this.kinds = region('Kinds of change')
    this.dryRun = region('Dry run')
    this.carryingOut = region('Carrying out')
    this.review = this.carryingOut.getByRole('button', { name: 'Review and carry out…' })
    this.dialog = page.getByRole('dialog', { name: /^Change .* ports?\?$/ })
    this.begin = this.dialog.getByRole('button', { name: 'Begin with the first wave' })
    this.pause = this.carryingOut.getByRole('button', { name: 'Pause', exact: true })
    this.goOn = this.carryingOut.getByRole('button', { name: 'Go on', exact: true })
    this.endHere = this.carryingOut.getByRole('button', { name: 'End here…' })
    this.undo = this.carryingOut.getByRole('button', { name: /^Undo / })
    this.notDone = region('Not done')
    this.happened = region('What happened')
  }

  /** The figure with these words. */
  figure(words: string): Locator {
    return this.wanted.locator('dl > div').filter({ hasText: words }).locator('dd')
  }

  /** Picks a group in the dialog that is open. */
  async pick(name: string): Promise<void> {
    const picker = this.page.getByRole('combobox', { name: 'Find a group' })
    await picker.fill(name)
    await expect(this.page.getByRole('option', { name }).first()).toBeVisible()
    await this.page.keyboard.press('Enter')
    await expect(picker).toHaveCount(0)
  }

  /** Says that groups go above another one. */
  async putAbove(group: string, other: string): Promise<void> {
    await this.wanted.getByRole('combobox', { name: 'What to do' }).selectOption('put')
    await this.wanted.getByRole('button', { name: 'Add to groups' }).click()
    await this.pick(group)
    await this.wanted.getByRole('button', { name: 'The group above which they go' }).click()
    await this.pick(other)
  }
}
