import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { EMPTY_JOURNAL, makeEmptyJournal } from '../proxy/database/pglite.ts'

/**
 * Writes an empty journal beside the built proxy: making one takes several seconds, unpacking it
 * one.
 */
export function emptyJournal(): Plugin {
  return {
    name: 'portside:empty-journal',
    apply: 'build',
    applyToEnvironment: (environment) => environment.name === 'server',
    async writeBundle({ dir }) {
      if (!dir) return
      const file = join(dir, EMPTY_JOURNAL)
      // Renamed when it is complete: a build that breaks off must not leave half a journal.
      await writeFile(`${file}.new`, await makeEmptyJournal())
      await rename(`${file}.new`, file)
    },
  }
}
