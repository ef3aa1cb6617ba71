import { describe, expect, test } from 'vitest'
import { choosePorts } from './choose-ports.ts'

const port = (id: string, name: string, ...addresses: string[]) => ({
  id,
  name,
  private_ips: addresses.map((ip_address) => ({ ip_address })),
})
const ports = [
  port('aaaa', 'web-01', '10.0.0.1', 'fd00::1'),
  port('bbbb', 'web-02', '10.0.0.2'),
  port('cccc', 'Web-02', '10.0.1.1'),
  port('dddd', 'twin', '10.0.0.9'),
  port('eeee', 'twin', '10.0.0.9'),
  port('ffff', 'with space, and comma', '10.0.2.1'),
  port('gggg', '10.0.0.2', '10.0.3.1'),
]
const chosen = (text: string) => {
  const found = choosePorts(text, ports)
  if ('problem' in found) return found.problem
  return {
    found: found.found.map(({ id }) => id).join(' '),
    unknown: found.unknown.join(' '),
    ambiguous: found.ambiguous.map(({ text: said, candidates }) =>
      [said, ...candidates.map(({ id }) => id)].join(' '),
    ),
  }
}

describe('ports that a pasted text names', () => {
  test.each([
    [
      'by ID, name and address, apart by anything',
      'AAAA, web-02;10.0.1.1\n\t10.0.2.1',
      'aaaa bbbb cccc ffff',
    ],
    ['each once', 'aaaa web-01 10.0.0.1 FD00:0:0::1', 'aaaa'],
    ['in quotes', '"with space, and comma";\'web-01\'', 'ffff aaaa'],
    ['in any case, where that is clear', 'WEB-01', 'aaaa'],
  ])('%s', (_, text, found) => expect(chosen(text)).toEqual({ found, unknown: '', ambiguous: [] }))

  test('what is unknown is named, and what several ports have is asked', () => {
    expect(chosen('nobody twin 10.0.0.9 WEB-02 10.0.0.2 10.0.0.0/24 "open')).toEqual({
      found: '',
      unknown: 'nobody 10.0.0.0/24 "open',
      ambiguous: ['twin dddd eeee', '10.0.0.9 dddd eeee', 'WEB-02 bbbb cccc', '10.0.0.2 gggg bbbb'],
    })
  })

  test('a text that is too long is refused, with what to do', () => {
    expect(chosen('x '.repeat(600_000))).toContain('paste a part of it')
    expect(chosen(Array.from({ length: 10_001 }, (_, n) => n).join(' '))).toContain('more than 10,000 ports')
  })
})
