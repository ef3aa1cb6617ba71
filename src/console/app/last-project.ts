import { keepChoice, storedChoice } from '../hooks/stored-choice.ts'

const KEY = 'portside.project'

/** The project that was open last in this browser, as far as storage knows. */
export const lastProject = (): string | undefined => storedChoice(KEY)

/** Keeps the project that is open, for the next visit. */
export const keepLastProject = (project: string): void => keepChoice(KEY, project)
