import { mkdir, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bulkChanges } from './bulk-changes.ts'
import { dragging } from './dragging.ts'
import { effectiveRules } from './effective-rules.ts'
import { firstView } from './first-view.ts'
import { largeEstate } from './large-estate.ts'
import { median, table, goalWords, type Figure } from './figures.ts'
import { manyPortsPages } from './many-ports-pages.ts'
import { planAndTraffic } from './plan-and-traffic.ts'
import { proxy } from './proxy.ts'
import type { Subject } from './subject.ts'

const SUBJECTS: Record<string, Subject> = {
  'plan-and-traffic': planAndTraffic,
  proxy,
  'first-view': firstView,
  dragging,
  'effective-rules': effectiveRules,
  'large-estate': largeEstate,
  'bulk-changes': bulkChanges,
  'many-ports-pages': manyPortsPages,
}

const RESULTS = fileURLToPath(new URL('results/', import.meta.url))

/**
 * Measures all subjects, or the one of `--only NAME`, one after the other; prints one table and
 * writes bench/results/latest.json.
 */
export async function bench(args: string[]): Promise<void> {
  const { values: flags } = parseArgs({
    args,
    options: { only: { type: 'string' } },
  })
  if (flags.only !== undefined && !Object.hasOwn(SUBJECTS, flags.only)) {
    console.error(`--only takes one of ${Object.keys(SUBJECTS).join(', ')}`)
    process.exitCode = 2
    return
  }
  const figures: Figure[] = []
  const failed: Record<string, string> = {}
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    if (flags.only !== undefined && flags.only !== name) continue
    console.log(`Measuring ${name}…`)
    try {
      figures.push(...(await subject()))
    } catch (error) {
      // The other subjects' figures are worth having all the same.
      failed[name] = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.exitCode = 1
    }
  }
  console.log(`\n${table(figures)}\n`)
  for (const [name, reason] of Object.entries(failed))
    console.error(`${name} could not be measured: ${reason}`)
  await mkdir(RESULTS, { recursive: true })
  const written = {
    at: new Date().toISOString(),
    machine: {
      cpu: os.cpus()[0]?.model,
      cores: os.cpus().length,
      memory_bytes: os.totalmem(),
      platform: `${os.platform()} ${os.release()}`,
      node: process.versions.node,
    },
    figures: figures.map((figure) => ({
      ...figure,
      median: median(figure.values),
      verdict: goalWords(figure),
    })),
    failed,
  }
  await writeFile(`${RESULTS}latest.json`, `${JSON.stringify(written, null, 2)}\n`)
  console.log('Written to bench/results/latest.json')
}
