import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, startScriptedPlatform, type ScriptedPlatform } from '../../stage/scripted-platform.ts'
import { operationsOver, planned, PROJECT, QUICK } from '../operations/ask-operations.ts'

// Every form of a refusal in docs/platform.md, Errors: shown in its own words.

const [a, b] = [randomUUID(), randomUUID()]
let platform: ScriptedPlatform
beforeAll(async () => {
  platform = await startScriptedPlatform(QUICK)
  // Makes the journal: some seconds of work, many on a busy machine.
  await operationsOver(platform.proxy.call).ofPort(randomUUID())
}, 120_000)
afterAll(() => platform.close())

const HTML = `<!DOCTYPE html><html><head><title>Access Denied</title><style>h1 { color: red }</style>
<script>var blocked = '<b>'</script></head><body><!-- node 7 --><h1>Access Denied</h1>
<p>Your request was blocked by the firewall. Event&nbsp;ID: 7f&#45;22 &amp; 23</p></body></html>`
const XML = `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message><![CDATA[No <right> to it]]></Message>
<RequestId>r-xml</RequestId></Error>`

type Says = { error_code: string; error_msg: string; request_id?: string }
/** A form, its status and body, what is said of it, and the type of its content. */
const FORMS: [string, number, unknown, Says, string?][] = [
  [
    'the API’s own form',
    400,
    { error_code: 'VPC.0602', error_msg: 'No such group.', request_id: 'r-1' },
    { error_code: 'VPC.0602', error_msg: 'No such group.', request_id: 'r-1' },
  ],
  [
    'a code without words',
    400,
    { error_code: 'VPC.0602' },
    { error_code: 'VPC.0602', error_msg: 'The platform gave this code and no words.' },
  ],
  [
    'NeutronError',
    404,
    { NeutronError: { type: 'SecurityGroupNotFound', message: 'Group x does not exist.', detail: 'Ask x.' } },
    { error_code: 'SecurityGroupNotFound', error_msg: 'Group x does not exist. Ask x.' },
  ],
  [
    'nova’s itemNotFound',
    404,
    { itemNotFound: { message: 'Instance could not be found', code: 404 } },
    { error_code: 'itemNotFound', error_msg: 'Instance could not be found' },
  ],
  [
    'a message alone',
    403,
    { message: 'no Route matched', request_id: 'r-2' },
    { error_code: 'HTTP.403', error_msg: 'no Route matched', request_id: 'r-2' },
  ],
  [
    'IAM’s error',
    401,
    { error: { code: 401, message: 'The token has expired.', title: 'Unauthorized' } },
    { error_code: '401', error_msg: 'The token has expired.' },
  ],
  [
    'an HTML page',
    403,
    HTML,
    {
      error_code: 'HTTP.403',
      error_msg: 'Access Denied Your request was blocked by the firewall. Event ID: 7f-22 & 23',
    },
    'text/html',
  ],
  [
    'a JSON text',
    403,
    JSON.stringify('Access "denied" by policy'),
    { error_code: 'HTTP.403', error_msg: 'Access "denied" by policy' },
  ],
  ['a list', 409, [{ message: 'Quota exceeded' }], { error_code: 'HTTP.409', error_msg: 'Quota exceeded' }],
  [
    'a list of errors',
    409,
    { errors: [7, { code: 'Quota.1', message: 'Quota exceeded' }], request_id: 'r-3' },
    { error_code: 'Quota.1', error_msg: 'Quota exceeded', request_id: 'r-3' },
  ],
  ['a list of texts', 409, ['Quota exceeded'], { error_code: 'HTTP.409', error_msg: 'Quota exceeded' }],
  [
    'an error as a text',
    404,
    { error: 'Not Found', status: 404 },
    { error_code: 'HTTP.404', error_msg: 'Not Found' },
  ],
  ['a title', 404, '<html><head><title>Not here</title>', { error_code: 'HTTP.404', error_msg: 'Not here' }],
  [
    'a page in GBK',
    403,
    Buffer.from([...Buffer.from('<meta charset="gbk"><title>'), 0xbe, 0xdc, 0xbe, 0xf8]),
    { error_code: 'HTTP.403', error_msg: '拒绝' },
    'text/html',
  ],
  [
    'XML',
    403,
    XML,
    { error_code: 'AccessDenied', error_msg: 'No <right> to it', request_id: 'r-xml' },
    'application/xml',
  ],
  [
    'plain text',
    400,
    `The value\tis wrong.\r\n${'x'.repeat(400)}`,
    { error_code: 'HTTP.400', error_msg: `The value is wrong. ${'x'.repeat(279)}…` },
    'text/plain',
  ],
  [
    'JSON that nobody knows',
    400,
    '{"oops":{"no":["x"]}}',
    { error_code: 'HTTP.400', error_msg: '{"oops":{"no":["x"]}}' },
  ],
]

describe.each(FORMS)('%s', (_, status, body, says, type = 'application/json') => {
  const refusal = json(status, body, { 'content-type': type, 'x-request-id': 'r-header' })
  const words = { ...says, request_id: says.request_id ?? 'r-header' }
  const expectWords = (error: { advice?: string }) => {
    expect(error).toMatchObject(words)
    expect(error.advice ?? '').not.toContain('PORTSIDE_UPSTREAM')
    expect(error.advice === undefined).toBe(![401, 403].includes(status))
  }

  test('is shown after a read, with its status', async () => {
    platform.responses = [refusal]
    const response = await platform.proxy.call(`/api/v3/${PROJECT}/ports`)
    expect(response.status).toBe(status)
    expectWords(await response.json())
  })

  test('is shown after a change, which was refused', async () => {
    const operations = operationsOver(platform.proxy.call)
    const portId = randomUUID()
    const port = { id: portId, security_groups: [a, b] }
    platform.responses = [json(200, { port }), refusal, json(200, { port })]
    const plan = planned([a, b], [b])
    await operations.post(portId, plan)
    const { steps, error } = await operations.settled(plan.operation_id)
    expect(steps[0]).toMatchObject({ status: 'failed', error: { outcome: 'refused' } })
    expectWords(error!)
  })
})

test.each([
  [{ error_code: 'VPC.0010', error_msg: 'No.' }, /^Portside's key lacks a permission/],
  [{ message: 'Blocked by WAF' }, /gateway or a web firewall .* or Portside's key/],
  ['null', /^This has no code of the platform/],
  [HTML, /^This is not in the form of the platform/],
])('403 %j: the advice is no surer than what is known', async (body, advice) => {
  platform.responses = [json(403, body)]
  const response = await platform.proxy.call(`/api/v3/${PROJECT}/ports`)
  expect((await response.json()).advice).toMatch(advice)
})

test.each([
  ['no body', ''],
  ['a number', '503'],
  ['an empty list', []],
  ['no words', '<html><body></body></html>'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0xfa, 0x00])],
  ['a code that would pass for ours', { error_code: 'Portside.NoSession', error_msg: 'Sign in again.' }],
])('%s: it says that there is nothing to read', async (_, body) => {
  platform.responses = [json(404, body)]
  const response = await platform.proxy.call(`/api/v3/${PROJECT}/ports`)
  expect(response.status).toBe(502)
  expect(await response.json()).toMatchObject({
    error_code: 'Portside.UnreadableAnswer',
    error_msg: expect.stringContaining('status 404'),
  })
})
