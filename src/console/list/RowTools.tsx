import { Suspense, type ComponentProps, type JSX } from 'react'
import { later } from '../errors/later.tsx'
import { CopyRows } from './CopyRows.tsx'
import { SlidingRows } from './SlidingRows.tsx'

const FindInList = later(() => import('./FindInList.tsx').then((module) => module.FindInList))

type RowToolsProps = ComponentProps<typeof SlidingRows> &
  ComponentProps<typeof FindInList> & {
    /** The list is long: it can be searched. */
    many: boolean
  }

/** What rows need once a hand is on them: to be copied, found, and seen moving. */
export function RowTools({ areas, desired, moved, dragLink, groups, many }: RowToolsProps): JSX.Element {
  return (
    <>
      <SlidingRows {...{ areas, desired, moved, dragLink }} />
      <CopyRows areas={areas} />
      {many && (
        <Suspense>
          <FindInList {...{ areas, desired, groups }} />
        </Suspense>
      )}
    </>
  )
}
