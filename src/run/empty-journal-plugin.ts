import { chmod, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { kysely } from '../proxy/database/kysely.ts'
import { migrate } from '../proxy/database/migrations.ts'
import { EMPTY_JOURNAL, makeEmptyJournal } from '../proxy/database/pglite.ts'

/**
 * Makes an empty journal beside the built proxy, with its tables: making one takes several seconds,
 * copying it a fraction of one.
 */
export function emptyJournal(): Plugin {
  return {
    name: 'portside:empty-journal',
    apply: 'build',
    applyToEnvironment: (environment) => environment.name === 'server',
    async writeBundle({ dir }) {
      if (!dir) return
      const folder = join(dir, EMPTY_JOURNAL)
      // Renamed when it is complete: a build that breaks off must not leave half a journal.
      await makeEmptyJournal(`${folder}.new`, async (pool) => migrate(kysely(pool)))
      await letAllRead(`${folder}.new`)
      await rename(`${folder}.new`, folder)
    },
  }
}

/** In an image, another user than the one that built starts the proxy. */
async function letAllRead(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  await Promise.all(
    entries.map((entry) => chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644)),
  )
}
