import { keepTemporaryFilesInMemory } from './in-memory.ts'
import { newPostgres } from './postgres.ts'

/** As `postgres.global.ts`, for Playwright: its workers find the folder in a variable. */
export default async function setup(): Promise<() => Promise<void>> {
  const removeFiles = keepTemporaryFilesInMemory()
  const { folder, stop } = await newPostgres()
  process.env.PORTSIDE_TEST_POSTGRES = folder
  return async () => {
    await stop().finally(removeFiles)
  }
}
