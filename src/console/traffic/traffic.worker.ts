/**
 * The worker that compares traffic, so that the page stays smooth. Takes TrafficRequest, sends
 * TrafficMessage.
 */
import { resultMessage, type TrafficRequest } from './compare-traffic.ts'

const scope = self as unknown as DedicatedWorkerGlobalScope

scope.addEventListener('message', (event: MessageEvent<TrafficRequest>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have one
  void resultMessage(event.data).then((message) => scope.postMessage(message))
})
