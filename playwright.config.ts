import { defineConfig, devices } from '@playwright/test'
import { installedChromium } from './src/run/chromium.mjs'

/** Long, and with a Portside of their own or mostly waiting: one by one, beside the others. */
const LONG = ['calls', 'large-estate', 'memory', 'sign-in'].map((name) => `**/${name}.spec.ts`)

const executablePath = installedChromium()

export default defineConfig({
  testDir: 'tests/browser',
  globalSetup: './tests/stage/postgres.browser.ts',
  fullyParallel: true,
  projects: [
    { name: 'long', testMatch: LONG, workers: 1 },
    { name: 'others', testIgnore: LONG, workers: 2 },
  ],
  workers: 3,
  forbidOnly: Boolean(process.env.CI),
  // On a busy CI machine; what passes only then is named at the end of `npm test`, and is a defect.
  retries: process.env.CI ? 1 : 0,
  reporter: [['list'], ['./src/run/playwright-counts.ts']],
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    actionTimeout: 10_000,
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    // Recording every test takes a third of their time; a failed one is traced by `npm run
    // test:browser -- --trace on`.
    trace: 'off',
    launchOptions: {
      executablePath,
      // Chromium's sandbox does not run as root; everywhere else it stays on.
      chromiumSandbox: process.getuid?.() !== 0,
      args: [
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-gpu',
      ],
    },
  },
})
