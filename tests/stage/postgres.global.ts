import type { TestProject } from 'vitest/node'
import { keepTemporaryFilesInMemory } from './in-memory.ts'
import { newPostgres } from './postgres.ts'

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- only an interface adds to vitest's own
  interface ProvidedContext {
    postgresFolder: string
  }
}

/** All test files share one PostgreSQL, and have their temporary files in memory. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const removeFiles = keepTemporaryFilesInMemory()
  const { folder, stop } = await newPostgres()
  project.provide('postgresFolder', folder)
  return async () => {
    await stop().finally(removeFiles)
  }
}
