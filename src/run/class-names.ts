import { createHash } from 'node:crypto'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CSSOptions } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The file that has these characters. */
const files = new Map<string, string>()

/**
 * CSS modules whose names are short: their own, and three characters that the file has for itself
 * (`row-Qz3`). Scripts and pages are full of them.
 */
export const CLASS_NAMES: CSSOptions = {
  modules: {
    generateScopedName: (name, file) => {
      const path = relative(root, file.replace(/\?.*/, ''))
      const own = createHash('sha256').update(path).digest('base64url').slice(0, 3)
      const first = files.get(own) ?? path
      if (first !== path) throw new Error(`${path} and ${first} would share names of classes: rename one.`)
      files.set(own, path)
      return `${name}-${own}`
    },
  },
}
