import { MOST_BULK_PORTS } from '../bulk-changes-api.ts'
import { addressesOf } from '../port-facts.ts'
import type { Port } from '../port.ts'
import { textOf } from '../shown.ts'
import { readAddress } from '../traffic/addresses.ts'

/** The longest text that is looked through, in characters: room for as many ports as one takes. */
const LONGEST_PASTED = 1_000_000

type Choosable = Pick<Port, 'id' | 'name' | 'private_ips'>

/** The ports that a pasted text names. */
export type ChosenPorts<P extends Choosable> = {
  /** Each once, in the order of the text. */
  found: readonly P[]
  /** What no port has as its ID, name or address. */
  unknown: readonly string[]
  /** What several ports have: somebody has to choose. */
  ambiguous: readonly { text: string; candidates: readonly P[] }[]
}

/**
 * The ports that a pasted text names by ID, name or private IP, apart by white space, commas or
 * semicolons; in quotes a name may have them. Upper and lower case of a name count only where they
 * tell ports apart.
 * @returns `problem`, a sentence, where the text is too long to be read
 */
export function choosePorts<P extends Choosable>(
  pasted: string,
  ports: readonly P[],
): ChosenPorts<P> | { problem: string } {
  if (pasted.length > LONGEST_PASTED)
    return {
      problem: `This text has more than ${LONGEST_PASTED.toLocaleString('en')} characters: paste a part of it.`,
    }
  const texts = textsIn(pasted)
  if (texts.length > MOST_BULK_PORTS)
    return {
      problem: `This text names more than ${MOST_BULK_PORTS.toLocaleString('en')} ports, the most of one bulk change: paste a part of it.`,
    }
  const index = new PortIndex(ports, texts)
  const found = new Map<string, P>()
  const unknown: string[] = []
  const ambiguous: { text: string; candidates: readonly P[] }[] = []
  for (const text of texts) {
    const candidates = index.named(text)
    if (candidates.length === 0) unknown.push(text)
    else if (candidates.length > 1) ambiguous.push({ text, candidates })
    else found.set(candidates[0]!.id, candidates[0]!)
  }
  return { found: [...found.values()], unknown, ambiguous }
}

/** Each text once. A quote that is never closed is a part of its text. */
function textsIn(pasted: string): string[] {
  const texts = new Set<string>()
  for (const [, double, single, bare] of pasted.matchAll(
    /"([^"\n]*)"(?=[\s,;]|$)|'([^'\n]*)'(?=[\s,;]|$)|([^\s,;]+)/g,
  )) {
    const text = (double ?? single ?? bare ?? '').trim()
    if (text !== '') texts.add(text)
  }
  return [...texts]
}

/** Ports by what people call them, as far as it is asked for. */
class PortIndex<P extends Choosable> {
  readonly #byId = new Map<string, P>()
  readonly #byName = new Map<string, P[]>()
  readonly #byLowerName = new Map<string, P[]>()
  readonly #byAddress = new Map<string, P[]>()

  constructor(ports: readonly P[], texts: readonly string[]) {
    const asked = new Set(texts.map((text) => text.toLowerCase()))
    const addresses = new Set(texts.flatMap((text) => addressKey(text) ?? []))
    const seen = new Set<string>()
    for (const port of ports) {
      const id = port.id.toLowerCase()
      if (seen.has(id)) continue
      seen.add(id)
      if (asked.has(id)) this.#byId.set(id, port)
      const name = textOf(port.name)?.trim()
      const lower = name?.toLowerCase()
      if (name !== undefined && lower !== undefined && asked.has(lower)) {
        add(this.#byName, name, port)
        add(this.#byLowerName, lower, port)
      }
      if (addresses.size === 0) continue
      for (const address of new Set(addressesOf(port).map(addressKey)))
        if (address !== undefined && addresses.has(address)) add(this.#byAddress, address, port)
    }
  }

  named(text: string): readonly P[] {
    const byId = this.#byId.get(text.toLowerCase())
    if (byId) return [byId]
    const byName = this.#byName.get(text) ?? this.#byLowerName.get(text.toLowerCase()) ?? []
    const byAddress = this.#byAddress.get(addressKey(text) ?? '') ?? []
    return [...new Set([...byName, ...byAddress])]
  }
}

/** The same for all ways to write an address; undefined where it is none. */
function addressKey(text: string): string | undefined {
  const read = readAddress(text)
  return read && `${read.family} ${read.value}`
}

function add<P>(to: Map<string, P[]>, key: string, port: P): void {
  const known = to.get(key)
  if (known) known.push(port)
  else to.set(key, [port])
}
