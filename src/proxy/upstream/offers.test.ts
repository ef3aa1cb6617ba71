import { pino } from 'pino'
import { expect, test } from 'vitest'
import { OffersFound } from './offers.ts'

const PROJECT = { project_id: 'abc', name: 'Web', region: 'local', endpoint: 'https://vpc.example.com' }

function offersWith(set: object = {}) {
  const lines: object[] = []
  const log = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line)) })
  return { lines, offers: new OffersFound({ projectOf: () => ({ ...PROJECT, offers: set }), log }) }
}

test('what departs from the reference is logged once, with project and endpoint', () => {
  const { lines, offers } = offersWith()
  offers.note('abc', 'ports', 'v3')
  offers.note('abc', 'rules', 'v1')
  offers.note('abc', 'rules', 'v1')
  offers.note('abc', 'steps', false)
  const { endpoint } = PROJECT
  expect(lines).toMatchObject([
    { project_id: 'abc', endpoint, part: 'rules', offered: 'v1', msg: 'what the endpoint offers' },
    { project_id: 'abc', endpoint, part: 'steps', offered: false },
  ])
  expect(lines).toHaveLength(2)
  expect(offers.of('abc')).toEqual({ ports: 'v3', rules: 'v1', steps: false })
})

test('what is set stays, whatever the endpoint responds', () => {
  const { lines, offers } = offersWith({ steps: true, ports: 'v1' })
  offers.note('abc', 'steps', false)
  offers.forget('abc')
  expect(offers.of('abc')).toEqual({ steps: true, ports: 'v1' })
  expect(offers.setParts('abc')).toEqual(['ports', 'steps'])
  expect(lines).toEqual([])
})
