import { defineConfig } from '@playwright/test'

export default defineConfig({
  testMatch: 'in-playwright.ts',
  reporter: [['../../../src/run/playwright-counts.ts']],
  retries: 1,
})
