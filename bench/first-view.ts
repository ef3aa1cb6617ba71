import type { Subject } from './bench.ts'
export const firstView: Subject = async () => []
