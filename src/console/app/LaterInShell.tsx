import type { JSX } from 'react'
import { GlobalKeys } from './GlobalKeys.tsx'
import { OpenedGroup } from './OpenedGroup.tsx'

export { HalfDone } from './HalfDone.tsx'
export { HeaderEnd } from './HeaderEnd.tsx'
export { MenuButton } from './MenuButton.tsx'
export { ProjectChooser } from './ProjectChooser.tsx'
export { TooManyNotice } from './TooManyNotice.tsx'

/** What of the frame the first view does not need: it is loaded after it. */
export function LaterInShell(): JSX.Element {
  return (
    <>
      <GlobalKeys />
      <OpenedGroup />
    </>
  )
}
