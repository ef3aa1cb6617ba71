import { expect, test } from 'vitest'
import { api } from '../../../src/vpc/portside-api.ts'
import { groupIds, operationsOver, planned, portIds, PROJECT, startStage } from './ask-operations.ts'

/**
 * A proxy and a platform with this limit of groups per port, and a plan that adds one to a port
 * that has 100.
 */
async function limitedTo(limit: number) {
  const projects = JSON.stringify([{ project_id: PROJECT, groups_per_port: limit }])
  const stage = await startStage({ PORTSIDE_PROJECTS: projects }, { groupsPerPort: limit, groups: 200 })
  const ids = await groupIds(stage.emulator)
  const [port] = await portIds(stage.emulator)
  await stage.someoneElseSets(port!, ids.slice(0, 100))
  const steps = [{ kind: 'insert', security_groups: [ids[100]] }]
  const plan = planned(ids.slice(0, 100), ids.slice(0, 100), { desired: ids.slice(0, 101), steps })
  return { ...stage, port: port!, plan }
}

test('a project whose ports take 101 groups: the 101st is checked and placed', async () => {
  const { proxy, port, plan, list, close } = await limitedTo(101)
  const operations = operationsOver(proxy.call)
  const { operation_id, ...asked } = plan
  const checked = await operations.ask(api.portChecks(PROJECT, port), { method: 'POST', json: asked })
  expect(checked).toMatchObject({ status: 200, error: { checks: [{ kind: 'platform' }] } })
  await operations.post(port, plan)
  expect((await operations.settled(operation_id)).status).toBe('done')
  expect(await list(port)).toEqual(plan.desired)
  await close()
})

test('a project whose ports take 100: a change and a check to 101 are refused', async () => {
  const { proxy, port, plan, list, close } = await limitedTo(100)
  const operations = operationsOver(proxy.call)
  const { operation_id: _, ...asked } = plan
  const refused = { status: 400, error: { error_code: 'Portside.InvalidRequest' } }
  const says = 'the port would have 101 security groups, of at most 100'
  for (const response of [
    await operations.post(port, plan),
    await operations.ask(api.portChecks(PROJECT, port), { method: 'POST', json: asked }),
  ]) {
    expect(response).toMatchObject(refused)
    expect(response.error.error_msg).toContain(says)
  }
  expect(await list(port)).toEqual(plan.planned_from)
  await close()
})
