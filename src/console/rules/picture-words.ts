import { setText, type Names } from '../../vpc/traffic/explain.ts'
import type { Decided, Doubt, Painted } from '../../vpc/traffic/outcomes.ts'
import type { Picture, PictureColumn, PictureRow } from '../../vpc/traffic/picture.ts'
import { joinAnd, protocolName, servicesText, wellKnownPorts } from '../../vpc/traffic/service-ranges.ts'
import { counted } from '../facts/change-words.ts'
import type { IconName } from '../ui/Icon.tsx'

/** What the picture is of: what differs, or one of the lists. */
export type PictureView = 'difference' | 'before' | 'after'

/** How a field looks. */
export type FieldKind = 'opens' | 'cut' | 'may' | 'allowed' | 'denied' | 'undecided'

/** A field as it is drawn. */
export type FieldWords = {
  kind: FieldKind
  icon: IconName
  /** `opens`, `partly allowed`. */
  text: string
  /** The group that decides, with its position; or what is open. */
  by: string
  /** What the rest of a field meets that is only partly so. */
  rest: string
}

const KINDS: Record<FieldKind, { text: string; icon: IconName }> = {
  opens: { text: 'opens', icon: 'plus' },
  cut: { text: 'is cut', icon: 'minus' },
  may: { text: 'may change', icon: 'warning' },
  allowed: { text: 'allowed', icon: 'check' },
  denied: { text: 'denied', icon: 'close' },
  undecided: { text: 'undecided', icon: 'warning' },
}

/** How each kind of field is called, and its icon. */
export const kindWords = (kind: FieldKind) => KINDS[kind]

/** Reads the fields of a picture for people. */
export class PictureWords {
  readonly #picture: Picture
  readonly #names: Names
  readonly #positions: readonly ReadonlyMap<string, number>[]
  readonly #known = new Map<string, FieldWords>()

  /** @param lists the one before, and the one after */
  constructor(picture: Picture, lists: readonly (readonly string[])[], names: Names) {
    this.#picture = picture
    this.#names = names
    this.#positions = [lists[0]!, lists.at(-1)!].map(
      (list) => new Map([...new Set(list)].map((id, at) => [id, at + 1])),
    )
  }

  /** A field; undefined where there is no such traffic. */
  field(row: number, column: number, view: PictureView): FieldWords | undefined {
    const { cells, columns, fields } = this.#picture
    const number = cells[row * columns.length + column]!
    const found = fields[number]
    if (!found) return undefined
    const key = `${number} ${view}`
    let words = this.#known.get(key)
    if (!words) this.#known.set(key, (words = this.#words(found, view)))
    return words
  }

  /** What folded columns have for a row: the most important of it by its services. */
  folded(row: number, columns: readonly number[], view: PictureView): FieldWords | undefined {
    const titles = new Map<FieldKind, string[]>()
    for (const column of columns) {
      const kind = this.field(row, column, view)?.kind
      if (kind === undefined) continue
      titles.set(kind, [...(titles.get(kind) ?? []), columnWords(this.#picture.columns[column]!).title])
    }
    const [first, ...others] = ORDER.filter((kind) => titles.has(kind))
    if (first === undefined) return undefined
    if (others.length === 0) return { ...looks(first), by: '', rest: '' }
    const of = titles.get(first)!
    const by = of.length > 2 ? `${of[0]} and ${of.length - 1} more` : of.join(', ')
    return { ...looks(first), by, rest: `the rest ${joinAnd(others.map((kind) => KINDS[kind].text))}` }
  }

  #words(field: readonly number[], view: PictureView): FieldWords {
    const parts = new Map<string, Omit<FieldWords, 'rest'>>()
    for (const number of field) {
      const part = this.#part(this.#picture.decisions[number]!, view)
      parts.set(`${part.text} ${part.by}`, part)
    }
    const all = [...parts.values()].toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    const [first, ...others] = all
    const same = others.filter(({ kind }) => kind === first!.kind)
    const other = [...new Set(others.filter(({ kind }) => kind !== first!.kind).map(({ text }) => text))]
    const by = same.length > 0 ? 'by various groups' : first!.by
    return other.length === 0
      ? { ...first!, by, rest: '' }
      : { ...first!, text: `partly ${first!.text}`, by, rest: `the rest ${joinAnd(other)}` }
  }

  #part(decided: Decided, view: PictureView): Omit<FieldWords, 'rest'> {
    const { before, after, change, may } = decided
    if (view !== 'difference')
      return {
        ...looks(view === 'before' ? before.verdict : after.verdict),
        by: view === 'before' ? this.#by(before, 0) : this.#by(after, 1),
      }
    if (change === 'newly_allowed') return { ...looks('opens'), by: this.#by(after, 1) }
    if (change === 'newly_denied') return { ...looks('cut'), by: this.#by(after, 1) }
    if (change === 'undecided') {
      const [only, more] = may
      const text = more || !only ? 'may change' : only === 'newly_allowed' ? 'may open' : 'may be cut'
      const why = this.#doubts([...after.doubts, ...before.doubts])
      return { ...looks('may', text), by: why === '' ? this.#by(after, 1) : why }
    }
    const by = this.#by(after, 1)
    const was = this.#by(before, 0)
    const moved = JSON.stringify(before.by) !== JSON.stringify(after.by)
    return { ...looks(after.verdict), by: moved ? `${by} (was ${was})` : by }
  }

  #by(painted: Painted, side: 0 | 1): string {
    const { by, verdict, doubts } = painted
    if (verdict === 'undecided' && doubts.length > 0) return this.#doubts(doubts)
    if (by.length === 0) return 'by various groups'
    const names = by.map((id) =>
      id === null
        ? 'no rule'
        : `${this.#positions[side]!.get(id) ?? ''} ${this.#names.group?.(id) || id}`.trim(),
    )
    return names.length > 3 ? `${names.slice(0, 2).join(' or ')} or others` : names.join(' or ')
  }

  #doubts(doubts: readonly Doubt[]): string {
    const [first] = doubts
    if (first === undefined) return ''
    if (first.kind === 'set') return `if in ${setText(this.#picture.sets[first.set]!, this.#names)}`
    const group = this.#names.group?.(first.groupId) || first.groupId
    if (first.kind === 'not_read') return `${group} was not read`
    return first.kind === 'in_doubt'
      ? `a rule of ${group} may not take effect`
      : `a rule of ${group} can’t be read`
  }
}

function looks(kind: FieldKind, text = KINDS[kind].text) {
  return { kind, icon: KINDS[kind].icon, text }
}

/** What comes first in a field that is not all alike. */
const ORDER: readonly FieldKind[] = ['opens', 'cut', 'may', 'allowed', 'undecided', 'denied']

/** A column's head: the name that people know, and its services. */
export function columnWords({ services, moreServices, isRest, joined }: PictureColumn): {
  title: string
  detail: string
} {
  const more = moreServices > 0 ? ` and ${moreServices} more` : ''
  const detail = `${servicesText(services)}${more}`
  if (isRest) return { title: detail === 'any protocol' ? 'any service' : 'all other', detail: '' }
  if (joined > 1) return { title: `${joined} kinds of other services`, detail }
  const named = services.flatMap((one) =>
    one.kind === 'ports' && one.to - one.from < 100
      ? wellKnownPorts([one]).map(({ name }) => name)
      : one.kind === 'protocols' && one.from === one.to
        ? [`all ${protocolName(one.from)}`]
        : one.kind === 'types' && one.from === one.to && (one.from === 8 || one.from === 128)
          ? ['Ping']
          : [],
  )
  const unique = [...new Set(named)]
  const title =
    unique.length > 3 ? `${unique.slice(0, 2).join(', ')} and ${unique.length - 2} more` : unique.join(', ')
  return title === ''
    ? { title: detail, detail: '' }
    : { title, detail: detail.replaceAll(/ \((?!with)[^)]*\)/g, '') }
}

/** Who a row is about, each once. */
export function rowNames(
  { sources, moreSources }: PictureRow,
  names: Names,
): { names: string[]; more: number } {
  const known = new Map<string, Set<string>>()
  for (const one of sources) {
    const text =
      one.kind === 'anywhere'
        ? one.isRest
          ? 'anywhere else'
          : 'anywhere'
        : one.kind === 'network'
          ? `${one.isRest ? 'rest of ' : ''}${one.cidr.replace(/\/(32|128)$/, '')}`
          : `${one.isRest ? 'rest of ' : ''}${setText(one, names)}${one.resolved ? '' : ' (addresses not known)'}`
    known.set(text, (known.get(text) ?? new Set()).add(one.kind === 'network' ? '' : one.family))
  }
  const found = [...known].map(([text, families]) => {
    const [only, other] = families
    return only === '' || other !== undefined ? text : `${text} (${only})`
  })
  return { names: found, more: moreSources }
}

/** A row's head in short: `anywhere else, 10.0.0.0/8 and 3 more`. */
export function rowTitle(row: PictureRow, names: Names): string {
  const { names: all, more } = rowNames(row, names)
  if (row.joined > 1) return `${counted(row.joined, 'other row')}: ${all[0]} and more`
  const left = all.length - 2 + more
  return left > 1 ? `${all.slice(0, 2).join(', ')} and ${left} more` : all.join(', ')
}
