import { defineConfig } from '@playwright/test'
import type { Options } from './portside.ts'

export default defineConfig<object, Options>({
  testDir: '.',
  outputDir: '../../test-results/other-browsers',
  workers: 1,
  reporter: 'list',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  projects: [
    { name: 'firefox', use: { engine: 'firefox' } },
    { name: 'webkit', use: { engine: 'webkit' } },
  ],
})
