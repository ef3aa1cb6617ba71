import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState, type JSX } from 'react'
import { isUuid } from '../../vpc/ids.ts'
import { unreadableIn } from '../../vpc/unreadable-pages.ts'
import { textOf } from '../../vpc/shown.ts'
import { groupsInfiniteQuery } from '../proxy-client/queries.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { UnreadableNotice } from '../errors/UnreadableNotice.tsx'
import { Combobox } from '../ui/Combobox.tsx'
import { shortId } from '../ui/short-id.ts'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import styles from './GroupPicker.module.css'

/** This many groups are looked for before asking to search on. */
const ENOUGH = 20
/** At most this many are drawn: who wants another types on. */
const MOST = 200

type GroupPickerProps = {
  project: string
  /** What it is picked for. */
  title: string
  /** What a button does with an ID that is not found. */
  allTheSame: string
  onPick: (id: string) => void
  onClose: () => void
}

/**
 * Picks a security group: found by name, description or ID, or its whole ID pasted.
 */
export function GroupPicker({ project, title, allTheSame, onPick, onClose }: GroupPickerProps): JSX.Element {
  const [text, setText] = useState('')
  const needle = text.trim().toLowerCase()
  const exact = isUuid(needle)
  const list = useInfiniteQuery(groupsInfiniteQuery(project, exact ? { id: [needle] } : {}))
  const all = list.data?.pages.flatMap((page) => page.security_groups) ?? []
  const found = all.filter((group) =>
    [group.name, group.id, group.description].some((field) => textOf(field)?.toLowerCase().includes(needle)),
  )
  const { hasNextPage, isFetching, isError, fetchNextPage } = list
  const searchOn = needle !== '' && found.length < ENOUGH
  useEffect(() => {
    if (searchOn && hasNextPage && !isFetching && !isError) void fetchNextPage()
  }, [searchOn, hasNextPage, isFetching, isError, fetchNextPage])
  const searched = `${all.length.toLocaleString('en')} groups${hasNextPage ? ' so far' : ''}`
  return (
    <Dialog open onClose={onClose} title={title}>
      <div className={styles.content}>
        <Combobox
          label="Find a group"
          listLabel="Security groups"
          placeholder="Name, ID or description"
          text={text}
          onText={setText}
          options={found.slice(0, MOST).map((group) => ({
            key: group.id,
            words: textOf(group.name) || group.id,
            detail: shortId(group.id),
            description: textOf(group.description),
          }))}
          onPick={({ key }) => onPick(key)}
        >
          <output className={styles.searched}>
            {list.isPending
              ? 'Reading…'
              : needle === ''
                ? searched
                : `${found.length.toLocaleString('en')} found in ${searched}`}
          </output>
          <UnreadableNotice what="security group" unreadable={unreadableIn(list.data?.pages ?? [])} />
          {list.isPending && <SkeletonRows label="Reading the security groups" count={5} />}
        </Combobox>
        {list.isError && (
          <ErrorPanel
            error={list.error}
            title="The security groups could not be read"
            onRetry={() => void (list.data === undefined ? list.refetch() : fetchNextPage())}
          />
        )}
        {exact && list.isSuccess && found.length === 0 && (
          <Button onClick={() => onPick(needle)}>{allTheSame}</Button>
        )}
        {hasNextPage && !isError && (
          <Button busy={isFetching} onClick={() => void fetchNextPage()}>
            {needle === '' ? 'Load more' : 'Search further'}
          </Button>
        )}
      </div>
    </Dialog>
  )
}
