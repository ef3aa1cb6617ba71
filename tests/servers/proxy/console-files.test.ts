import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProxy, type TestedProxy } from '../../stage/proxy.ts'

const SCRIPT = 'console.log("a script")\n'.repeat(100)
const html = { accept: 'text/html,*/*' }

describe('the built console', () => {
  let folder: string
  let proxy: TestedProxy
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portside-console-'))
    await mkdir(join(folder, 'assets'))
    await mkdir(join(folder, '.vite'))
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Portside</title>')
    await writeFile(join(folder, '.vite/manifest.json'), '{}')
    await writeFile(join(folder, 'assets/index-abc123.js'), SCRIPT)
    await writeFile(join(folder, 'assets/index-abc123.js.br'), brotliCompressSync(SCRIPT))
    await writeFile(join(folder, 'assets/index-abc123.js.gz'), gzipSync(SCRIPT))
    proxy = await startProxy({ PORTSIDE_CONSOLE_FILES: folder })
  })
  afterAll(async () => {
    await proxy.close()
    await rm(folder, { recursive: true })
  })

  test.each(['/', '/ports', '/ports/99fd0c77-56b4-4bf6-8365-df352e45d5fc?tab=details', '/ports/a.b'])(
    '%s is its page, asked for again each time',
    async (path) => {
      const response = await fetch(proxy.address + path, { headers: html })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(await response.text()).toContain('<title>Portside</title>')
    },
  )

  test.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['br, gzip', 'br'],
    ['identity', null],
  ])('a script is kept for ever, and sent in the best encoding of %s', async (accepted, encoding) => {
    const response = await fetch(`${proxy.address}/assets/index-abc123.js`, {
      headers: { 'accept-encoding': accepted },
    })
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('content-encoding')).toBe(encoding)
    expect(response.headers.get('vary')).toContain('accept-encoding')
    expect(await response.text()).toBe(SCRIPT)
  })

  test.each(['/assets/index-old.js', '/.vite/manifest.json', '/..%2f..%2fpackage.json', '/favicon.ico'])(
    '%s is not there, and no page is given for it',
    async (path) => {
      const response = await fetch(proxy.address + path)
      expect([403, 404]).toContain(response.status)
      expect(response.headers.get('content-type')).toContain('application/json')
    },
  )

  test('an address of the API never responds with the page', async () => {
    const response = await proxy.call('/api/nothing', { headers: html })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error_code: 'Portside.NotFound' })
  })
})

test('without a built console the page says how to build it', async () => {
  const proxy = await startProxy({ PORTSIDE_CONSOLE_FILES: join(tmpdir(), 'portside-no-such-folder') })
  const response = await fetch(proxy.address, { headers: html })
  expect(response.status).toBe(503)
  expect(await response.text()).toContain('npm run build')
  await proxy.close()
})
