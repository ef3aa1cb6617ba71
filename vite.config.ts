import react from '@vitejs/plugin-react'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { CLASS_NAMES } from './src/run/class-names.ts'
import { COMPILED_ONCE } from './src/run/compiled-once.ts'
import { compressFiles } from './src/run/compress-plugin.ts'
import { emptyJournal } from './src/run/empty-journal-plugin.ts'
import { headScript } from './src/run/head-script-plugin.ts'
import { listLicences } from './src/run/licences-plugin.ts'
import { LongTestsFirst } from './src/run/long-tests-first.ts'

// In MB, for what tests just made: most of it is needed no more when the room is full. With the
// default of 1, and 16 at most, collecting it takes a tenth of their time.
const ROOM_FOR_NEW = ['--min-semi-space-size=16', '--max-semi-space-size=64']

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// One build for both sides: the console for browsers, the proxy and the emulator for Node.
export default defineConfig({
  plugins: [react(), listLicences(), headScript(), compressFiles(), emptyJournal()],
  css: CLASS_NAMES,
  // A worker loads what it is rarely asked for when it is.
  worker: { format: 'es' },
  resolve: {
    // What it is for React 17 is not loaded.
    alias: { 'use-sync-external-store/shim/with-selector': 'use-sync-external-store/with-selector' },
  },
  builder: {},
  environments: {
    client: {
      build: {
        outDir: 'dist/console',
        emptyOutDir: true,
        manifest: true,
        // Browsers without it would not run the rest either.
        modulePreload: { polyfill: false },
        rollupOptions: {
          // What every page needs stays together: one request, and one dictionary for the
          // compression. So does what the pages of a port and of an operation share.
          output: {
            codeSplitting: {
              groups: [
                { name: 'frame', tags: ['$initial'] },
                {
                  name: 'arrangement',
                  test: /capitalized|facts\/group-facts|arrangement-store|follow-operations|proxy-client\/operations\.|[mM]utations?\.|operations\/rights|hooks\/(latest|typing|focus-rescue)|use-traffic|members-queries|remote-group-ids|RowCheckbox|vpc\/(plan-ways|plan-change|change-step)\./,
                },
                { name: 'virtual', test: /@tanstack.(react-virtual|virtual-core)/ },
                { name: 'permission', test: /MayBePermission|vpc\/permissions/ },
                {
                  name: 'lists',
                  test: /SearchBox|ui\/Time\.|use-group-names|useInfiniteQuery|unreadable-(pages|words)|ui\/(Field|NumberInput)\.|FilterBar|search-text/,
                },
                // Small, and a plan needs both: one file less that the first view has to name.
                { name: 'step', test: /facts\/(StepRequestView|group-links)\./ },
                {
                  name: 'flows',
                  test: /TrafficFailed|traffic-words|rule-key|check-result|TrafficChanges\.module/,
                },
              ],
            },
          },
        },
      },
    },
    server: {
      consumer: 'server',
      // In one file: to find and read six hundred takes half of the CPU of a start. What has files
      // of its own besides (wasm, native code), or loads as it goes, stays outside.
      resolve: {
        noExternal: true,
        external: ['@electric-sql/pglite', '@huaweicloud/huaweicloud-sdk-core', 'pg', 'fs-native-extensions'],
      },
      build: {
        outDir: 'dist/server',
        emptyOutDir: true,
        copyPublicDir: false,
        ssr: true,
        target: 'node20',
        sourcemap: true,
        rollupOptions: {
          input: {
            proxy: at('src/proxy/main.ts'),
            'guard-worker': at('src/proxy/guards/guard-worker.ts'),
            emulator: at('src/emulator/main.ts'),
          },
        },
      },
    },
  },
  build: {
    target: 'es2022',
    cssMinify: true,
    // What our plugins do takes its time, and is no news to whoever starts Portside.
    rollupOptions: { checks: { pluginTimings: false } },
  },
  test: {
    // More than cores: most tests wait for processes of their own.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongTestsFirst },
    // A test that passed only when it was tried again is named at the end of `npm test`.
    reporters: ['default', './src/run/vitest-counts.ts'],
    // `pure`: functions; `console`: components; `servers`: processes, PostgreSQL, fuzzing and
    // kills. Files that share the code that is loaded and compiled (`isolate: false`) take two
    // thirds of the time.
    projects: [
      {
        test: {
          name: 'pure',
          environment: 'node',
          execArgv: ROOM_FOR_NEW,
          isolate: false,
          include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'servers',
          environment: 'node',
          execArgv: [...COMPILED_ONCE, ...ROOM_FOR_NEW],
          isolate: false,
          include: ['tests/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // On a busy CI machine; what passes only then is named, and is a defect.
          retry: process.env.CI ? 1 : 0,
          globalSetup: ['tests/stage/postgres.global.ts'],
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'console',
          environment: 'jsdom',
          execArgv: ROOM_FOR_NEW,
          isolate: false,
          include: ['src/console/**/*.test.tsx'],
          setupFiles: ['src/console/test-setup.ts'],
          css: false,
        },
      },
    ],
  },
})
