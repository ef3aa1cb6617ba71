import type { TestProject } from 'vitest/node'
import { newPostgres } from './postgres.ts'

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- only an interface adds to vitest's own
  interface ProvidedContext {
    postgresFolder: string
  }
}

/** All test files share one PostgreSQL. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { folder, stop } = await newPostgres()
  project.provide('postgresFolder', folder)
  return stop
}
