import { expect, test } from 'vitest'
import { isNoSuchApi } from './no-such-api.ts'

const missing = (status: number, body: unknown) =>
  isNoSuchApi({ status, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) })

test.each<[number, unknown]>([
  [404, { error_code: 'APIGW.0101', error_msg: 'The API does not exist' }],
  [404, { error_code: 'APIG.0101', error_msg: 'The API does not exist' }],
  [404, { error: { code: 'APIG.0101', message: 'The API does not exist' } }],
  [404, '404 page not found\n'],
  [404, '<html><h1>Not Found</h1></html>'],
  [404, ''],
  [405, '<h1>405 Method Not Allowed</h1>'],
  [405, { error_code: 'APIGW.0106' }],
])('%d %j says that there is no such API', (status, body) => {
  expect(missing(status, body)).toBe(true)
})

test.each<[number, unknown]>([
  [404, { error_code: 'VPC.2504', error_msg: 'port not found' }],
  [404, { NeutronError: { type: 'PortNotFound', message: 'Port could not be found' } }],
  [404, { itemNotFound: { message: 'no such port', code: 404 } }],
  [404, null],
  [403, { error_code: 'APIGW.0101' }],
  [400, 'Bad Request'],
  [200, '<html>'],
  [500, ''],
])('%d %j says something else', (status, body) => {
  expect(missing(status, body)).toBe(false)
})
