import type { PlannedPort } from './kinds.ts'

/** Ports that go through the same lists: their list now, then after each step of their plan. */
export type ListsOfPorts = {
  lists: readonly (readonly string[])[]
  ports: readonly Pick<PlannedPort, 'addresses' | 'hasPairs'>[]
}

/** More steps than these are not compared one by one on other ports. */
const MOST_STAGES = 8

/**
 * Who is in which group while many ports change: rules may have a group as remote. Stage 0 is now;
 * at stage n each port has had n steps of its plan, or all where there are fewer.
 */
export class MemberChanges {
  /** Groups that ports come into, or leave, for a while or for good. */
  readonly changing: ReadonlySet<string>
  /** The number of the last stage, where all are done. */
  readonly last: number
  /** What happens between the steps is too much to be compared. */
  readonly onlyEnd: boolean
  /** Ports of which not all addresses are known. */
  readonly withoutAddresses: number
  readonly withPairs: number
  readonly #all: readonly ListsOfPorts[]
  readonly #known = new Map<string, readonly string[]>()
  readonly #unsure = new Map<string, boolean>()

  constructor(all: readonly ListsOfPorts[]) {
    this.#all = all
    const changing = new Set<string>()
    let withoutAddresses = 0
    let withPairs = 0
    for (const { lists, ports } of all) {
      for (const id of comingAndGoingOf(lists)) changing.add(id)
      for (const port of ports) {
        if (port.addresses.length === 0) withoutAddresses++
        if (port.hasPairs) withPairs++
      }
    }
    this.changing = changing
    this.last = Math.max(0, ...all.map(({ lists }) => lists.length - 1))
    this.onlyEnd = this.last > MOST_STAGES
    this.withoutAddresses = withoutAddresses
    this.withPairs = withPairs
  }

  /** The stages after the first that are compared; the last one is the end. */
  get stages(): number[] {
    return this.onlyEnd ? [this.last] : Array.from({ length: this.last }, (_, n) => n + 1)
  }

  /** The addresses of the changed ports that are in a group at a stage. */
  at(group: string, stage: number): readonly string[] {
    const key = `${stage} ${group}`
    const known = this.#known.get(key)
    if (known) return known
    const addresses = this.#all.flatMap((one) =>
      listAt(one, stage).includes(group) ? one.ports.flatMap((port) => port.addresses) : [],
    )
    const made = [...new Set(addresses)]
    this.#known.set(key, made)
    return made
  }

  /** The addresses that come into a group, or leave it, between now and a stage. */
  changed(group: string, stage: number): readonly string[] {
    const [before, after] = [new Set(this.at(group, 0)), new Set(this.at(group, stage))]
    return [...before, ...after].filter((address) => before.has(address) !== after.has(address))
  }

  /** The changed ports' addresses that are not among these. */
  others(addresses: readonly string[]): readonly string[] {
    const left = new Set(this.#all.flatMap(({ ports }) => ports.flatMap((port) => port.addresses)))
    for (const address of addresses) left.delete(address)
    return [...left]
  }

  /** True where the same addresses are in a group at a stage as now, or as at the end. */
  isSettled(group: string, stage: number): boolean {
    const now = this.changed(group, stage)
    if (now.length === 0) return true
    const end = new Set(this.changed(group, this.last))
    return now.length === end.size && now.every((address) => end.has(address))
  }

  /**
   * Who is in a group at a stage.
   * @param now all its members now; undefined where they are not known
   * @returns undefined where that is not known
   */
  membersAt(group: string, stage: number, now: readonly string[] | undefined): readonly string[] | undefined {
    if (now === undefined || this.#isUnsure(group)) return undefined
    const after = this.at(group, stage)
    const staying = new Set(after)
    const before = new Set(this.at(group, 0))
    return [...new Set([...now.filter((address) => staying.has(address) || !before.has(address)), ...after])]
  }

  /** True where a port comes in, or goes, of which not all addresses are known. */
  #isUnsure(group: string): boolean {
    const known = this.#unsure.get(group)
    if (known !== undefined) return known
    const found = this.#all.some(
      ({ lists, ports }) =>
        lists.some((list) => list.includes(group) !== lists[0]!.includes(group)) &&
        ports.some(({ addresses, hasPairs }) => hasPairs || addresses.length === 0),
    )
    this.#unsure.set(group, found)
    return found
  }
}

function listAt({ lists }: ListsOfPorts, stage: number): readonly string[] {
  return lists[Math.min(stage, lists.length - 1)] ?? []
}

function comingAndGoingOf(lists: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, number>()
  for (const list of lists) for (const id of list) counts.set(id, (counts.get(id) ?? 0) + 1)
  return [...counts].filter(([, count]) => count < lists.length).map(([id]) => id)
}
