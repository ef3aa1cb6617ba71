import { beforeEach, describe, expect, it, vi } from 'vitest'
import { arrangementOf, detach, place, reset, sentAs } from './arrangement.ts'
import { arrangementStore } from './arrangement-store.ts'

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
  it('keeps each port by itself', () => {
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
    ['another version', JSON.stringify({ version: 2 })],
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
  ])('drops what is no arrangement of this port (%s), and nothing else', (_, text) => {
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
