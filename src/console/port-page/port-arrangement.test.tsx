import { act, renderHook } from '@testing-library/react'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Operation } from '../../vpc/portside-api.ts'
import type { PortOperations } from '../operations/follow-operations.ts'
import { arrangementOf, isChanged, type Arrangement } from '../arrangement/arrangement.ts'
import { sentAs } from '../arrangement/sent.ts'
import { place } from '../arrangement/place.ts'
import { arrangementStore, useArrangementStore } from '../arrangement/arrangement-store.ts'
import { usePortArrangement } from './port-arrangement.ts'

const PROJECT = 'project'
const PORT = 'port'
const LIST = ['a', 'b']
const arranged = place(arrangementOf(LIST), ['x'], 1)
const sent = sentAs(arranged, 'operation-1')

function operation(part: Partial<Operation>): Operation {
  return {
    operation_id: 'operation-1',
    project_id: PROJECT,
    port_id: PORT,
    user: 'operator',
    purpose: 'change',
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    revision: 1,
    status: 'done',
    planned_from: LIST,
    before: LIST,
    desired: ['a', 'x', 'b'],
    steps: [],
    list_now: null,
    list_read_at: null,
    off_the_port: [],
    ...part,
  }
}

function page(kept: Arrangement | null, list: string[], ...all: Operation[]) {
  arrangementStore(PROJECT, PORT, localStorage).set(kept)
  const operations: PortOperations = {
    all,
    underWay: all.filter(({ status }) => ['queued', 'running', 'waiting'].includes(status)),
    awaitingChoice: all.filter(({ status }) => ['stopped', 'interrupted'].includes(status)),
    known: true,
    error: null,
    reload: () => {},
  }
  return renderHook(() => usePortArrangement(useArrangementStore(PROJECT, PORT), list, operations)).result
}

beforeEach(() => localStorage.clear())

describe("a port's arrangement", () => {
  it('is the one that was kept, while the list is the one it was made for', () => {
    const { current } = page(arranged, LIST)
    expect(current).toMatchObject({ arrangement: arranged, conflict: null, lockReason: undefined })
  })

  it('is changed by the same function all the time: no row is drawn for another one', () => {
    const result = page(arranged, LIST)
    const { change } = result.current
    act(() => change((now) => place(now, ['y'], 0)))
    expect(result.current.arrangement.desired).toEqual(['y', 'a', 'x', 'b'])
    act(() => change((now) => place(now, ['z'], 0)))
    expect(result.current.arrangement.desired).toEqual(['z', 'y', 'a', 'x', 'b'])
    expect(result.current.change).toBe(change)
  })

  it('is never used for another list: the operator is asked first', () => {
    const result = page(arranged, ['b', 'a'])
    expect(result.current.conflict).toEqual(arranged)
    expect(result.current.leftHalfway).toBe(false)
    expect(result.current.arrangement.desired).toEqual(['b', 'a'])
    expect(result.current.lockReason).toMatch(/list changed/)
    act(() => result.current.change((now) => place(now, ['y'], 0)))
    expect(isChanged(result.current.arrangement)).toBe(false)
  })

  it('is over when the list is as arranged already', () => {
    const result = page(arranged, ['a', 'x', 'b'])
    expect(result.current).toMatchObject({ conflict: null, lockReason: undefined })
    expect(arrangementStore(PROJECT, PORT, localStorage).get()).toBeNull()
  })

  it('is over when it was applied, even if someone changed the list since', () => {
    expect(page(sent, ['b'], operation({})).current.conflict).toBeNull()
  })

  it('is over when the operator went on to its end in another operation', () => {
    const first = operation({ status: 'superseded', followed_by: 'operation-2' })
    const second = operation({ operation_id: 'operation-2', purpose: 'go_on', follows: 'operation-1' })
    expect(page(sent, ['b'], second, first).current.conflict).toBeNull()
  })

  it('is still there after going back to the order before', () => {
    const first = operation({ status: 'superseded', followed_by: 'operation-2' })
    const second = operation({ operation_id: 'operation-2', purpose: 'go_back', follows: 'operation-1' })
    expect(page(sent, LIST, second, first).current).toMatchObject({ arrangement: sent, conflict: null })
  })

  it('is shown, but locked, while it is carried out', () => {
    const { current } = page(sent, LIST, operation({ status: 'running' }))
    expect(current.arrangement).toEqual(sent)
    expect(current.lockReason).toMatch(/under way/)
  })

  it("shows the port's own list while another operator's change is carried out", () => {
    const { current } = page(arranged, ['b'], operation({ operation_id: 'other', status: 'running' }))
    expect(current.arrangement.desired).toEqual(['b'])
    expect(current.conflict).toBeNull()
  })

  it('waits for the choice about a change that stopped', () => {
    const { current } = page(sent, ['a'], operation({ status: 'stopped', list_now: ['a'] }))
    expect(current.lockReason).toMatch(/choose what to do first/)
    expect(current.arrangement.desired).toEqual(['a'])
  })

  it('knows what its own change left on the port from what others did', () => {
    const left = operation({ status: 'left', list_now: ['a'] })
    expect(page(sent, ['a'], left).current).toMatchObject({ conflict: sent, leftHalfway: true })
    expect(page(sent, ['a', 'z'], left).current).toMatchObject({ conflict: sent, leftHalfway: false })
  })
})
