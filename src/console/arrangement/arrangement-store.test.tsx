import { renderHook } from '@testing-library/react'
import { startTransition } from 'react'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { arrangementOf, detach, move, reset } from './arrangement.ts'
import { sentAs } from './sent.ts'
import { place } from './place.ts'
import { arrangementStore, browserStorage, useArrangementStore } from './arrangement-store.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const PORT = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
const KEY = `portside.arrangement/${PROJECT}/${PORT}`
const open = (port = PORT) => arrangementStore(PROJECT, port, localStorage)
const arranged = sentAs(detach(place(arrangementOf(['a', 'b']), ['x'], 1), ['a']), 'operation-1')

beforeEach(() => localStorage.clear())

describe('the arrangement store', () => {
  it('keeps an arrangement over a reload, with what can be undone', () => {
    open().set(arranged)
    expect(open().get()).toEqual(arranged)
  })
  it('keeps each port apart', () => {
    open().set(arranged)
    expect(open('another-port').get()).toBeNull()
  })
  it('forgets it when nothing is arranged', () => {
    open().set(arranged)
    open().set(arrangementOf(['a', 'b']))
    expect(localStorage.length).toBe(0)
  })
  it('keeps a reset arrangement, which can still be undone', () => {
    open().set(reset(arranged))
    expect(open().get()?.past.at(-1)).toEqual(['x', 'b'])
  })
  it.each([
    ['no JSON', '{'],
    ['another version', JSON.stringify({ version: 3 })],
    [
      'a group twice',
      JSON.stringify({
        version: 1,
        port_id: PORT,
        made_for: ['a', 'a'],
        desired: [],
        past: [],
        future: [],
        operation_id: null,
      }),
    ],
    [
      'another port',
      JSON.stringify({
        version: 1,
        port_id: 'p',
        made_for: [],
        desired: ['a'],
        past: [],
        future: [],
        operation_id: null,
      }),
    ],
  ])('removes what is no arrangement of this port (%s), and nothing else', (_, text) => {
    localStorage.setItem(KEY, text)
    localStorage.setItem('portside.theme', 'dark')
    expect(open().get()).toBeNull()
    expect(localStorage.getItem(KEY)).toBeNull()
    expect(localStorage.getItem('portside.theme')).toBe('dark')
  })
  it('follows another tab', () => {
    const store = open()
    const listener = vi.fn<() => void>()
    const end = store.subscribe(listener)
    open().set(arranged)
    dispatchEvent(new StorageEvent('storage', { key: KEY, storageArea: localStorage }))
    expect(listener).toHaveBeenCalledTimes(1)
    expect(store.get()).toEqual(arranged)
    end()
    dispatchEvent(new StorageEvent('storage', { key: KEY, storageArea: localStorage }))
    expect(listener).toHaveBeenCalledTimes(1)
  })
  it('reads what an earlier Portside kept', () => {
    const { madeFor, desired, past, future, operationId } = arranged
    const kept = { made_for: madeFor, desired, past, future, operation_id: operationId }
    localStorage.setItem(KEY, JSON.stringify({ version: 1, port_id: PORT, ...kept }))
    expect(open().get()).toEqual(arranged)
  })
  it('removes one whose indexes name no group', () => {
    const lists = { groups: ['a'], made_for: [0], desired: [1], past: [], future: [] }
    localStorage.setItem(KEY, JSON.stringify({ version: 2, port_id: PORT, ...lists, operation_id: null }))
    expect(open().get()).toBeNull()
  })

  describe('while the page is open', () => {
    const ids = Array.from({ length: 100 }, () => crypto.randomUUID())
    const writes = vi.spyOn(Storage.prototype, 'setItem')
    /** Moves the last group to the top, over and over. */
    const change = (store: ReturnType<typeof open>, times: number) => {
      for (let n = 0; n < times; n++) {
        const now = store.get() ?? arrangementOf(ids)
        store.set(move(now, [now.desired.at(-1)!], 0))
      }
    }
    const opened = () => {
      const store = open()
      onTestFinished(store.subscribe(() => {}))
      writes.mockClear()
      return store
    }

    it('writes changes that follow each other once, and little', async () => {
      const store = opened()
      change(store, 60)
      expect(writes).not.toHaveBeenCalled()
      await vi.waitUntil(() => writes.mock.calls.length > 0)
      expect(writes).toHaveBeenCalledTimes(1)
      // 52 lists of 100 IDs are 200,000 characters.
      expect(writes.mock.calls[0]![1].length).toBeLessThan(25_000)
      expect(open().get()).toEqual(store.get())
    })
    it.each([
      ['the page is left', () => dispatchEvent(new Event('pagehide'))],
      [
        'the page goes to the background',
        () => {
          vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
          document.dispatchEvent(new Event('visibilitychange'))
        },
      ],
    ])('has written everything when %s', (_, leave) => {
      const store = opened()
      change(store, 3)
      leave()
      expect(open().get()).toEqual(store.get())
      expect(writes).toHaveBeenCalledTimes(1)
    })
    it('has written what is sent before it is', () => {
      const store = opened()
      change(store, 1)
      store.set(sentAs(store.get()!, 'operation-2'))
      expect(open().get()?.operationId).toBe('operation-2')
    })
    it('lets nothing from another tab take the place of a change made since', () => {
      const store = opened()
      change(store, 1)
      const mine = store.get()
      dispatchEvent(new StorageEvent('storage', { key: KEY, storageArea: localStorage }))
      expect(store.get()).toEqual(mine)
    })
  })

  it('removes what is over, but not what another tab has kept since', () => {
    const tab = open()
    onTestFinished(tab.subscribe(() => {}))
    open().set(arranged)
    dispatchEvent(new StorageEvent('storage', { key: KEY, storageArea: localStorage }))
    const over = tab.get()!
    // As of a tab that was frozen: it has not been notified.
    const since = place(arrangementOf(['x', 'b']), ['y'], 0)
    open().set(since)
    tab.remove(over)
    expect(tab.get()).toEqual(since)
    expect(open().get()).toEqual(since)
    tab.remove(tab.get()!)
    expect(open().get()).toBeNull()
  })
  it('keeps nothing, and breaks nothing, where the browser closes its storage', () => {
    vi.spyOn(globalThis, 'localStorage', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError')
    })
    onTestFinished(() => void vi.restoreAllMocks())
    const store = arrangementStore(PROJECT, PORT, browserStorage())
    store.set(arranged)
    expect(store.get()).toEqual(arranged)
    expect(store.isUnkept()).toBe(true)
  })
  it('says so when the browser keeps nothing', () => {
    const full = Object.create(localStorage, {
      setItem: {
        value: () => {
          throw new DOMException('full', 'QuotaExceededError')
        },
      },
      getItem: { value: () => null },
    }) as Storage
    const store = arrangementStore(PROJECT, PORT, full)
    store.set(arranged)
    expect(store.get()).toEqual(arranged)
    expect(store.isUnkept()).toBe(true)
  })
})

describe('an arrangement that is changed in a transition', () => {
  it.each([
    ['a key', new KeyboardEvent('keydown')],
    ['a pointer', new MouseEvent('pointerdown')],
    ['the end of a drag', new MouseEvent('pointerup')],
    ['a click without a pointer', new MouseEvent('click')],
  ])('is drawn before what the operator does next: %s', (_, event) => {
    const { result } = renderHook(() => useArrangementStore(PROJECT, PORT))
    const found: unknown[] = []
    const look = () => found.push(result.current.kept)
    document.body.addEventListener(event.type, look)
    onTestFinished(() => document.body.removeEventListener(event.type, look))
    // Not within act, which would wait for the transition.
    startTransition(() => result.current.keep(arranged))
    expect(result.current.kept).toBeNull()
    document.body.dispatchEvent(event)
    expect(found).toEqual([arranged])
  })
})
