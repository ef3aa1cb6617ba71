import type { Subject } from './bench.ts'
export const largeEstate: Subject = async () => []
