import { afterEach } from 'vitest'

/** What a worker was sent and has posted, and whether it was ended. */
type Started<Request, Message> = { got: Request[]; posted: Message[]; terminated: boolean }

/**
 * Starts a worker's own code behind a message port: everything is cloned, as it is between threads.
 * After each test the ports are closed, and `started` is empty again.
 * @param code gets how to post a message, and returns what takes a request
 */
export function workersOf<Request, Message>(
  code: (post: (message: Message) => void) => (request: Request) => void,
) {
  const opened: MessagePort[] = []
  const started: Started<Request, Message>[] = []
  afterEach(() => {
    for (const port of opened.splice(0)) port.close()
    started.splice(0)
  })
  /** As the console's own `start`, whose type it is given. */
  function start<Worker>(): Worker {
    const { port1, port2 } = new MessageChannel()
    opened.push(port1, port2)
    const worker: Started<Request, Message> = { got: [], posted: [], terminated: false }
    started.push(worker)
    const take = code((message) => {
      worker.posted.push(message)
      port2.postMessage(message)
    })
    port2.addEventListener('message', ({ data }: MessageEvent<Request>) => {
      worker.got.push(data)
      take(data)
    })
    port1.start()
    port2.start()
    return Object.assign(port1, {
      terminate: () => {
        worker.terminated = true
        port1.close()
      },
    }) as unknown as Worker
  }
  return { started, start }
}
