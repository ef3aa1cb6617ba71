import type { Subject } from './bench.ts'
export const dragging: Subject = async () => []
