import { ownError } from './errors.ts'

type Rows<Row> = { row: (id: string) => Promise<Row | undefined> }

/**
 * What a request names by its ID, as the database has it, and the ID as it is kept.
 * @param what what it is in words: 'bulk change'
 * @throws ProxyError Portside.NotFound when it is of no project of this proxy's
 */
export async function knownRow<Row extends { project_id: string }>(
  store: Rows<Row>,
  projects: { has: (project: string) => boolean },
  asked: string,
  what: string,
): Promise<{ id: string; row: Row }> {
  const id = asked.toLowerCase()
  const row = await store.row(id)
  if (row && projects.has(row.project_id)) return { id, row }
  throw ownError('Portside.NotFound', `There is no ${what} ${asked}.`, {
    advice: `Look for it in the list of ${what}s.`,
  })
}
