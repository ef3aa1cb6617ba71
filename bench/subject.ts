import type { Figure } from './figures.ts'

/** Measures one subject. */
export type Subject = () => Promise<Figure[]>
