// `npm run screenshot`: makes the picture in README.md from the running product.
import { chromium } from '@playwright/test'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runnerImport } from 'vite'
import { buildIfOld } from './built.mjs'
import { installedChromium } from './chromium.mjs'
import { root } from './installed.mjs'

buildIfOld()
const { module } = await runnerImport(`${root}tests/browser/port-page.ts`, { root, configFile: false })
const data = mkdtempSync(join(tmpdir(), 'portside-screenshot-'))
const server = spawn(process.execPath, [`${root}src/run/start.mjs`], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: {
    ...process.env,
    PORTSIDE_DATA_FOLDER: data,
    PORTSIDE_LISTEN_PORT: '0',
    PORTSIDE_EMULATOR_PORT: '0',
    PORTSIDE_LOG_LEVEL: 'error',
  },
})
const ended = new Promise((resolve) => server.once('exit', resolve))

let browser
try {
  const signIn = await new Promise((resolve, reject) => {
    let printed = ''
    server.stdout.on('data', (chunk) => {
      printed += chunk
      const match = /http:\/\/\S+\/sign-in\/\S+/.exec(printed)
      if (match) resolve(match[0])
    })
    void ended.then((code) => reject(new Error(`Portside ended with ${code} before it was ready`)))
  })
  browser = await chromium.launch({
    executablePath: installedChromium(),
    chromiumSandbox: process.getuid?.() !== 0,
  })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(signIn)
  await page.getByRole('link', { name: 'shop-prod-web-01' }).click()
  const portPage = new module.PortPage(page)
  await portPage.find('deny-admin-ports')
  await page.getByRole('button', { name: 'Add deny-admin-ports to the end of the list' }).click()
  await portPage.move('deny-admin-ports', 'up', 5)
  await portPage.move('icmp-basic', 'up')
  await portPage.find('')
  await portPage.check()
  await portPage.plan.getByText('Dry run passed').waitFor()
  // The catalogue follows a search when there is time.
  await page.getByRole('button', { name: 'Add quarantine to the end of the list' }).waitFor()
  await page.mouse.move(0, 0)
  // A click may have scrolled, and rows that moved are marked for a moment.
  await page.evaluate(async () => {
    scrollTo(0, 0)
    await Promise.all(document.getAnimations().map(({ finished }) => finished))
  })
  await page.screenshot({ path: `${root}tests/browser/screenshot.png` })
} finally {
  // Also after a failure: nothing stays running.
  await browser?.close()
  server.kill('SIGTERM')
  await ended
  rmSync(data, { recursive: true, force: true })
}
console.log('Wrote tests/browser/screenshot.png')
