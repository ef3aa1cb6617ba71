/** Vite's manifest (`build.manifest`), as far as it is read here. */
export type Manifest = Record<string, { file: string; imports?: string[]; css?: string[] }>

/**
 * The files that the first useful view of a page needs: the entry, the page's own chunk, and all that these import
 * statically. Paths within dist/console.
 * @throws Error when the manifest does not have the page
 */
export function chunksOf(manifest: Manifest, page: string): { js: string[]; css: string[] } {
  const js = new Set<string>()
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
  add(page)
  return { js: [...js], css: [...css] }
}
