import { createHash } from 'node:crypto'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CSSOptions } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * CSS modules whose names are short: their own, and three characters that the file has for itself
 * (`row-Qz3`). Scripts and pages are full of them.
 */
export const CLASS_NAMES: CSSOptions = {
  modules: {
    generateScopedName: (name, file) => {
      const path = relative(root, file.replace(/\?.*/, ''))
      return `${name}-${createHash('sha256').update(path).digest('base64url').slice(0, 3)}`
    },
  },
}
