const KEY = 'portside.project'

/** The project that was open last in this browser, as far as storage knows. */
export function lastProject(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}

/** Keeps the project that is open, for the next visit. */
export function keepLastProject(project: string): void {
  try {
    localStorage.setItem(KEY, project)
  } catch {
    // Storage is closed to us: the next visit begins with the first project.
  }
}
