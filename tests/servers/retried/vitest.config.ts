import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['in-vitest.ts'],
    reporters: ['../../../src/run/vitest-counts.ts'],
    retry: 1,
  },
})
