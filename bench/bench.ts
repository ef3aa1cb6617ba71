import { mkdir, readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compare, comparisonTable, keep, keptFigures, type KeptFigures } from './compare.ts'
import { bulkChanges } from './bulk-changes.ts'
import { dragging } from './dragging.ts'
import { effectiveRules } from './effective-rules.ts'
import { firstView } from './first-view.ts'
import { history } from './history.ts'
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
  history,
}

const RESULTS = fileURLToPath(new URL('results/', import.meta.url))

/** The committed figures, which a run is compared with. */
const KEPT = `${RESULTS}kept.json`

/**
 * Measures all subjects, or the one of `--only NAME`, one after the other; prints one table, and
 * one of what changed since the figures that are kept. Writes bench/results/latest.json; with
 * `--keep` also bench/results/kept.json, which is committed: three runs of it say by how much each
 * figure varies.
 */
export async function bench(args: string[]): Promise<void> {
  const { values: flags } = parseArgs({
    args,
    options: { only: { type: 'string' }, keep: { type: 'boolean', default: false } },
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
    const began = performance.now()
    try {
      figures.push(...(await subject()))
    } catch (error) {
      // The other subjects' figures are worth having all the same.
      failed[name] = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.exitCode = 1
    }
    console.log(`  ${Math.round((performance.now() - began) / 1000)} s`)
  }
  console.log(`\n${table(figures)}\n`)
  for (const [name, reason] of Object.entries(failed))
    console.error(`${name} could not be measured: ${reason}`)
  const kept = await readKept()
  const machine = `${os.cpus()[0]?.model}, ${os.cpus().length} cores, Node ${process.versions.node}`
  if (kept) {
    console.log(`${comparisonTable(compare(figures, kept))}\n`)
    console.log(`Compared with ${kept.at.slice(0, 10)}, on ${kept.machine}`)
    if (kept.machine !== machine) console.log(`This is another machine: ${machine}`)
  }
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
  if (!flags.keep) return
  const now = keep(figures, kept, machine, new Date().toISOString())
  await writeFile(KEPT, `${JSON.stringify(now, null, 2)}\n`)
  console.log('Kept in bench/results/kept.json')
}

async function readKept(): Promise<KeptFigures | undefined> {
  const text = await readFile(KEPT, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : keptFigures.parse(JSON.parse(text))
}
