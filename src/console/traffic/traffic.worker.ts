/**
 * The worker that compares traffic, so that the page stays smooth. Takes TrafficRequest, sends
 * TrafficMessage.
 */
import { resultMessage, type TrafficRequest } from './compare-traffic.ts'
import { ListsKept } from './known-lists.ts'

const scope = self as unknown as DedicatedWorkerGlobalScope
const kept = new ListsKept()

scope.addEventListener('message', (event: MessageEvent<TrafficRequest>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have one
  void resultMessage(event.data, kept).then((message) => scope.postMessage(message))
})
