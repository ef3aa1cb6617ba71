/** The worker that plans many ports, so that the page stays smooth: see Planner. */
import type { PlannerRequest } from './messages.ts'
import { Planner } from './planner.ts'

const scope = self as unknown as DedicatedWorkerGlobalScope

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have one
const planner = new Planner((message) => scope.postMessage(message))
scope.addEventListener('message', ({ data }: MessageEvent<PlannerRequest>) => planner.take(data))
