import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'vite'
import type { Subject } from './subject.ts'
import type { Figure } from './figures.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const PROCESSES = 3

/**
 * The change plan and the traffic difference, built as they ship and measured in processes of their
 * own.
 */
export const planAndTraffic: Subject = async () => {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: 'bench/plan-and-traffic-timed.ts',
      outDir: 'bench/results/built',
      emptyOutDir: true,
      copyPublicDir: false,
      target: 'es2022',
    },
  })
  const figures: Figure[] = []
  for (let run = 0; run < PROCESSES; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      `${root}bench/results/built/plan-and-traffic-timed.js`,
    ])
    for (const { values, ...figure } of JSON.parse(stdout) as Figure[]) {
      const known = figures.find(({ name }) => name === figure.name)
      if (known) known.values.push(...values)
      else figures.push({ ...figure, values })
    }
  }
  return figures
}
