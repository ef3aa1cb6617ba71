import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { paths, updatePortPath } from '../../../src/vpc/paths.ts'
import { call, EXAMPLE, insert, listNow, remove, started } from '../../stage/emulator.ts'
import { createEmulator } from '../../../src/emulator/server.ts'

const [A, B] = EXAMPLE.groups
const [X, Y] = EXAMPLE.inserted

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'made', 'on-demand')
}

test('the state survives a restart, to the last field', async () => {
  const data = newFolder()
  const first = await createEmulator({ data })
  await insert(first, { port: { security_groups: [X, Y], index: 1 } })
  await remove(first, { port: { security_groups: [A] } })
  const before = await call(first, 'GET', paths.ports(EXAMPLE.project))
  await first.close()
  const second = await started({ data })
  const after = await call(second, 'GET', paths.ports(EXAMPLE.project))
  expect(after.body.ports).toEqual(before.body.ports)
  expect(await listNow(second)).toEqual([X, Y, B])
})

test('what the port update changes survives, each attribute as it was given last', async () => {
  const data = newFolder()
  const first = await createEmulator({ data })
  const update = (port: object) => call(first, 'PUT', updatePortPath(EXAMPLE.project, EXAMPLE.port), { port })
  await update({ name: 'renamed', security_groups: [Y, X] })
  await update({ extra_dhcp_opts: [{ opt_name: '51', opt_value: '24h' }] })
  await insert(first, { port: { security_groups: [A], index: 1 } })
  const before = await call(first, 'GET', paths.port(EXAMPLE.project, EXAMPLE.port))
  expect(before.body.port).toMatchObject({ name: 'renamed', security_groups: [Y, A, X] })
  await first.close()
  const after = await call(await started({ data }), 'GET', paths.port(EXAMPLE.project, EXAMPLE.port))
  expect(after.body.port).toEqual(before.body.port)
})

test('a folder from before address groups gets those that its rules name', async () => {
  const data = newFolder()
  const first = await createEmulator({ data })
  const { body: before } = await call(first, 'GET', paths.addressGroups(EXAMPLE.project))
  await insert(first, { port: { security_groups: [X] } })
  await first.close()
  const file = join(data, 'estate.json')
  const estate = JSON.parse(readFileSync(file, 'utf8'))
  for (const project of estate.projects) delete project.address_groups
  writeFileSync(file, JSON.stringify(estate))
  const second = await started({ data })
  const { body: after } = await call(second, 'GET', paths.addressGroups(EXAMPLE.project))
  expect(before.address_groups.length).toBeGreaterThan(2)
  expect(after.address_groups).toEqual(before.address_groups)
  expect(await listNow(second)).toEqual([A, B, X])
})

test('a dry run and a refused call leave no trace on disk', async () => {
  const data = newFolder()
  const emulator = await started({ data })
  await insert(emulator, { port: { security_groups: [X] }, dry_run: true })
  await insert(emulator, { port: { security_groups: [A] } })
  expect(statSync(join(data, 'changes.jsonl')).size).toBe(0)
})

test('a change in a large estate writes one line, not the estate', async () => {
  const data = newFolder()
  const emulator = await started({ data, ports: 2000 })
  const estate = statSync(join(data, 'estate.json'))
  await insert(emulator, { port: { security_groups: [X] } })
  expect(statSync(join(data, 'estate.json')).mtimeMs).toBe(estate.mtimeMs)
  const lines = readFileSync(join(data, 'changes.jsonl'), 'utf8').split('\n')
  expect(lines).toHaveLength(2)
})

test('half a line, of a change without a response, is ignored', async () => {
  const data = newFolder()
  const first = await createEmulator({ data })
  await insert(first, { port: { security_groups: [X] } })
  await first.close()
  appendFileSync(join(data, 'changes.jsonl'), '{"project_id":"f5dab68cd75740e68c')
  const second = await createEmulator({ data })
  expect(await listNow(second)).toEqual([A, B, X])
  await insert(second, { port: { security_groups: [Y] } })
  await second.close()
  expect(await listNow(await started({ data }))).toEqual([A, B, X, Y])
})

test('a long journal is folded into the estate at start, with the same state', async () => {
  const data = newFolder()
  const first = await createEmulator({ data })
  await insert(first, { port: { security_groups: [X], index: 0 } })
  await first.close()
  const journal = join(data, 'changes.jsonl')
  const line = readFileSync(journal, 'utf8')
  writeFileSync(journal, line.repeat(Math.ceil((5 * 1024 * 1024) / line.length)))
  const second = await createEmulator({ data })
  expect(statSync(journal).size).toBe(0)
  await insert(second, { port: { security_groups: [Y] } })
  await second.close()
  expect(await listNow(await started({ data }))).toEqual([X, A, B, Y])
})

test('reset empties the folder of changes', async () => {
  const data = newFolder()
  const first = await createEmulator({ data })
  await insert(first, { port: { security_groups: [X] } })
  await call(first, 'POST', '/_emulator/reset')
  expect(await listNow(first)).toEqual([A, B])
  await insert(first, { port: { security_groups: [Y] } })
  await first.close()
  expect(await listNow(await started({ data }))).toEqual([A, B, Y])
})

test('a folder with another estate, or damaged in the middle, is refused untouched', async () => {
  const data = newFolder()
  await (await createEmulator({ data })).close()
  await expect(createEmulator({ data, ports: 500 })).rejects.toThrow('--ports')
  const journal = join(data, 'changes.jsonl')
  writeFileSync(journal, 'not a change\n')
  await expect(createEmulator({ data })).rejects.toThrow('changes.jsonl line 1')
  expect(readFileSync(journal, 'utf8')).toBe('not a change\n')
  writeFileSync(join(data, 'estate.json'), '{}')
  await expect(createEmulator({ data })).rejects.toThrow('estate.json holds no emulator data')
})

test('a folder belongs to one emulator at a time', async () => {
  const data = newFolder()
  const first = await createEmulator({ data })
  await expect(createEmulator({ data })).rejects.toThrow('is in use by another emulator')
  await insert(first, { port: { security_groups: [X] } })
  await first.close()
  expect(await listNow(await started({ data }))).toEqual([A, B, X])
})
