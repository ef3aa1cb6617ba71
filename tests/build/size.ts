import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the built console. */
export const CONSOLE = fileURLToPath(new URL('../../dist/console/', import.meta.url))

/** The parts of Vite's manifest (`build.manifest`) that are read here. */
type Manifest = Record<string, { file: string; imports?: string[]; css?: string[] }>

/** The modules of pages, as the manifest names them. */
export const PORTS_PAGE = 'src/console/ports/PortsPage.tsx'
export const PORT_PAGE = 'src/console/port-page/PortPage.tsx'

/** What a port's page loads without a click, once its list is there. */
export const PORT_PAGE_PARTS = [
  'src/console/catalogue/Catalogue.tsx',
  'src/console/port-page/PlanArea.tsx',
  'src/console/port-page/RowsArea.tsx',
  'src/console/port-page/TrafficInPlace.tsx',
  'src/console/traffic/traffic-client.ts',
  'src/console/port-details/PortDetails.tsx',
]

/** The script that runs before all others (run/head-script-plugin.ts). */
export function headScript(): string {
  const [, file] =
    /<script src="\/(assets\/head-[^"]+)"/.exec(readFileSync(`${CONSOLE}index.html`, 'utf8')) ?? []
  if (file === undefined) throw new Error('dist/console/index.html has no head script')
  return file
}

/**
 * The files that modules of the built console need: the head's script, the entry, the modules, and
 * all that these import statically. Paths within dist/console.
 * @throws Error when the manifest does not have one of them
 */
export function filesOf(modules: readonly string[]): { js: string[]; css: string[] } {
  const manifest = JSON.parse(readFileSync(`${CONSOLE}.vite/manifest.json`, 'utf8')) as Manifest
  const js = new Set([headScript()])
  const css = new Set<string>()
  const add = (name: string) => {
    const chunk = manifest[name]
    if (chunk === undefined) throw new Error(`dist/console/.vite/manifest.json has no ${name}`)
    if (js.has(chunk.file)) return
    js.add(chunk.file)
    for (const file of chunk.css ?? []) css.add(file)
    for (const imported of chunk.imports ?? []) add(imported)
  }
  add('index.html')
  for (const module of modules) add(module)
  return { js: [...js], css: [...css] }
}
