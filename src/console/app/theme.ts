import { useState } from 'react'
import { keepChoice } from '../hooks/stored-choice.ts'

/** What can be chosen; `system` follows the operating system. */
const THEMES = ['system', 'light', 'dark'] as const
/** A choice of theme. */
export type Theme = (typeof THEMES)[number]

/** The same key is in public/theme.js, which sets the theme before the first paint. */
const KEY = 'portside.theme'

/** The chosen theme, and how to choose another; kept in localStorage where the browser lets us. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => asTheme(document.documentElement.dataset['theme']))
  const choose = (next: Theme) => {
    setTheme(next)
    if (next === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = next
    keepChoice(KEY, next)
  }
  return [theme, choose]
}

/** The theme that a text names; anything else is `system`. */
export function asTheme(text: string | undefined): Theme {
  return THEMES.find((theme) => theme === text) ?? 'system'
}
