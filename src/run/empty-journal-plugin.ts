import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { EMPTY_JOURNAL, makeEmptyJournal } from '../proxy/database/pglite.ts'

/**
 * Makes an empty journal beside the built proxy: making one takes several seconds, copying it a
 * fraction of one.
 */
export function emptyJournal(): Plugin {
  return {
    name: 'portside:empty-journal',
    apply: 'build',
    applyToEnvironment: (environment) => environment.name === 'server',
    async writeBundle({ dir }) {
      if (!dir) return
      const folder = join(dir, EMPTY_JOURNAL)
      for (const old of [folder, `${folder}.new`]) await rm(old, { recursive: true, force: true })
      // Renamed when it is complete: a build that breaks off must not leave half a journal.
      await makeEmptyJournal(`${folder}.new`)
      await rename(`${folder}.new`, folder)
    },
  }
}
