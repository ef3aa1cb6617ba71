import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { EMPTY_JOURNAL, makeEmptyJournal } from '../proxy/database/pglite.ts'

/**
 * Writes an empty journal beside the built proxy: making one is work of seconds, unpacking it of
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
      // In its place when it is whole: a build that breaks off must not leave half a journal.
      await writeFile(`${file}.new`, await makeEmptyJournal())
      await rename(`${file}.new`, file)
    },
  }
}
