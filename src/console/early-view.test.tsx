import { afterEach, beforeEach, expect, it } from 'vitest'
import { earlyTemplates } from './early-templates.tsx'
import { showPort } from './early-view.ts'

// Ports in odd forms. The page itself: tests/browser/early-rows.spec.ts.

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const PORT = { id: 'port-1', name: 'web', status: 'DOWN', device_owner: '', private_ips: [] }

// Once: they are drawn with what is then given up.
const TEMPLATES = await earlyTemplates()

const read = (body: object) => Promise.resolve(Response.json(body))

/** Draws a port early, with what the platform says of its groups. */
async function show(port: object, groups: object[]) {
  document.body.innerHTML = `<div id="root"><header class="static-shell"></header></div>${TEMPLATES}`
  const session = read({ projects: [{ project_id: PROJECT, groups_per_port: 200 }] })
  const reads = Promise.resolve([read({ security_groups: groups })])
  await showPort(PROJECT, PORT.id, { session, css: [] }, read({ port: { ...PORT, ...port } }), reads)
  return document.getElementById('early')
}

beforeEach(() => localStorage.clear())
afterEach(() => document.body.replaceChildren())

it('draws a port with its owner, and with the names of its groups', async () => {
  const early = await show({ device_owner: 'network:dhcp', security_groups: ['g', 'h'] }, [
    { id: 'g', name: '<b>{project}</b>' },
  ])
  expect(early?.textContent).toContain('DHCP service')
  expect(early?.textContent).not.toContain('ACTIVE')
  const rows = [...early!.querySelectorAll('[data-row] [class*=first]')].map((row) => row.textContent)
  expect(rows).toEqual(['<b>{project}</b>', 'Not known to the platform'])
})

it('leaves an owner that reads like a status to the console', async () => {
  expect(await show({ device_owner: 'ACTIVE', security_groups: ['g'] }, [{ id: 'g', name: 'a' }])).toBeNull()
})

it('does not say of groups that were not asked for that none knows them', async () => {
  const ids = Array.from({ length: 120 }, (_, n) => `group-${n}`)
  const asked = ids.slice(0, 100).map((id) => ({ id, name: id }))
  expect(await show({ security_groups: ids }, asked)).toBeNull()
})
