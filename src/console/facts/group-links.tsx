import type { ReactNode } from 'react'
import { GroupName } from './GroupName.tsx'

// Around the ID of a group in a sentence. Sentences also hold texts from outside, such as a rule's
// protocol: none of them can know the number, and so none can look like a marked group.
const NUMBER = crypto.getRandomValues(new Uint32Array(2)).join('-')
const START = `\uE000${NUMBER}:`
const END = `:${NUMBER}\uE001`

type GroupNames = { group?: (id: string) => string | null | undefined }
type Groups = ReadonlyMap<string, { name?: unknown } | null>

/**
 * Names for the functions that make sentences, so that `withGroupLinks` finds the groups in what
 * they say. A name that is not known is not marked.
 */
export function markedNames<Names extends GroupNames>(names: Names): Names {
  return { ...names, group: (id: string) => names.group?.(id) && mark(id) }
}

const marked = new WeakMap<Groups, { groups: ReadonlyMap<string, { id: string; name: string }> }>()

/** The same for the functions that take groups by ID. */
export function markedGroups({ groups }: { groups: Groups }) {
  const known = marked.get(groups) ?? {
    groups: new Map(
      [...groups].flatMap(([id, group]) => (group?.name ? [[id, { id, name: mark(id) }]] : [])),
    ),
  }
  marked.set(groups, known)
  return known
}

function mark(id: string): string {
  return START + id + END
}

/** A sentence in which each marked group is its name, and opens it. */
export function withGroupLinks(text: string, nameOf: (id: string) => string): ReactNode {
  const [first, ...pieces] = text.split(START)
  return [
    first,
    ...pieces.flatMap((piece, n) => {
      const at = piece.indexOf(END)
      const id = piece.slice(0, at)
      return [
        // The same group may be named twice: only its place is its own.
        // oxlint-disable-next-line react/no-array-index-key
        <GroupName key={n} id={id}>
          {nameOf(id)}
        </GroupName>,
        piece.slice(at + END.length),
      ]
    }),
  ]
}
