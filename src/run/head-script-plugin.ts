import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build, createServer, type Plugin, type Rollup } from 'vite'
import { CLASS_NAMES } from './class-names.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** What the page has before the build. */
const THEME_SCRIPT = '<script src="/theme.js"></script>'

/** The modules of the pages whose code and data the head asks for. */
const PAGES = { ports: 'src/console/ports/PortsPage.tsx', port: 'src/console/port-page/PortPage.tsx' }

/**
 * Puts one script into the head of the built page: it sets the theme, and asks for the code and the
 * data of the view before the console's own code is there (src/console/head.ts). Its name has a
 * hash, so that browsers keep it. With `npm run dev`, the page has only what sets the theme.
 */
export function headScript(): Plugin {
  return {
    name: 'portside:head-script',
    apply: 'build',
    enforce: 'post',
    applyToEnvironment: (environment) => environment.name === 'client',
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const page = bundle['index.html']
        if (page?.type !== 'asset') throw new Error('The build has no index.html.')
        const html = String(page.source)
        if (!html.includes(THEME_SCRIPT)) throw new Error(`index.html has no ${THEME_SCRIPT}`)
        const source = await compiled()
        const hash = createHash('sha256').update(source).digest('base64url').slice(0, 8)
        const fileName = `assets/head-${hash}.js`
        this.emitFile({ type: 'asset', fileName, source })
        page.source = html
          .replace(THEME_SCRIPT, `<script src="/${fileName}"${filesOfPages(bundle, html)}></script>`)
          .replace('</body>', `${await earlyTemplates()}</body>`)
      },
    },
  }
}

/** src/console/head.ts as a classic script, which runs before what follows it. */
async function compiled(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: at('src/console/head.ts'), formats: ['iife'], name: 'head' },
    },
  })) as Rollup.RollupOutput[]
  return built[0]!.output[0].code
}

/** What React draws first of the two pages (src/console/early-templates.tsx), drawn here. */
async function earlyTemplates(): Promise<string> {
  const server = await createServer({
    configFile: false,
    css: CLASS_NAMES,
    root: at('.'),
    mode: 'production',
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  })
  try {
    const module = await server.ssrLoadModule('/src/console/early-templates.tsx')
    return await (module['earlyTemplates'] as () => Promise<string>)()
  } finally {
    await server.close()
  }
}

/** The files of each page, with all that it imports, that the page itself does not name. */
function filesOfPages(bundle: Rollup.OutputBundle, html: string): string {
  return Object.entries(PAGES)
    .map(([name, module]) => {
      const chunk = Object.values(bundle).find(
        (one) => one.type === 'chunk' && one.facadeModuleId === at(module),
      )
      if (chunk?.type !== 'chunk') throw new Error(`The build has no chunk of ${module}.`)
      const files = filesOf(bundle, chunk).filter((file) => !html.includes(file))
      // Browsers have six connections: what the first rows need goes first.
      const ordered = files.toSorted((a, b) => Number(b.endsWith('.css')) - Number(a.endsWith('.css')))
      return ` data-${name}="${ordered.map((file) => `/${file}`).join(' ')}"`
    })
    .join('')
}

function filesOf(
  bundle: Rollup.OutputBundle,
  chunk: Rollup.OutputChunk,
  found = new Set<string>(),
): string[] {
  if (!found.has(chunk.fileName)) {
    found.add(chunk.fileName)
    for (const css of chunk.viteMetadata?.importedCss ?? []) found.add(css)
    for (const name of chunk.imports) {
      const imported = bundle[name]
      if (imported?.type === 'chunk') filesOf(bundle, imported, found)
    }
  }
  return [...found]
}
