import type { Subject } from './bench.ts'
export const memory: Subject = async () => []
