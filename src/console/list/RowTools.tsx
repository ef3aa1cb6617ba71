import { Suspense, type ComponentProps, type JSX } from 'react'
import { later } from '../errors/later.tsx'
import { CopyRows } from './CopyRows.tsx'
import { SlidingRows } from './SlidingRows.tsx'

const FindInList = later(() => import('./FindInList.tsx').then((module) => module.FindInList))

/** A list of more groups than are in sight at once can be searched. */
const MANY_GROUPS = 15

type RowToolsProps = ComponentProps<typeof SlidingRows> & ComponentProps<typeof FindInList>

/** What rows need once a hand is on them: to be copied, found, and seen moving. */
export function RowTools({ areas, desired, moved, groups }: RowToolsProps): JSX.Element {
  return (
    <>
      <SlidingRows {...{ areas, desired, moved }} />
      <CopyRows areas={areas} />
      {desired.length > MANY_GROUPS && (
        <Suspense>
          <FindInList {...{ areas, desired, groups }} />
        </Suspense>
      )}
    </>
  )
}
