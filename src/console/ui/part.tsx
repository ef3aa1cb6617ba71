import { memo, startTransition, useEffect, useState, type ComponentType, type ReactNode } from 'react'

/**
 * A part of a page whose code is a file of its own; `waiting` takes its place until that is
 * there.
 */
export type Part<Props extends object> = {
  (props: Props & { waiting: ReactNode }): ReactNode
  /** Asks for the code, if nobody has yet. */
  load: () => void
}

/**
 * A part of a page whose code comes when `load` of it is called, and not because it is drawn: the
 * page says when it has nothing more urgent to read. (React's `lazy` asks when it is drawn,
 * suspends even when the code is there, and keeps what it has shown meanwhile for a third of a
 * second; this takes its place in the frame in which it comes.) It is drawn anew only when its
 * properties change.
 * @param from imports the component
 */
export function part<Props extends object>(from: () => Promise<ComponentType<Props>>): Part<Props> {
  let found: ComponentType<Props> | undefined
  let load!: () => void
  const loaded = new Promise<void>((resolve) => (load = resolve))
    .then(from)
    .then((component) => (found = memo(component) as unknown as ComponentType<Props>))
  // The component that draws it shows the failure.
  loaded.catch(() => {})
  function Drawn({ waiting, ...props }: Props & { waiting: ReactNode }): ReactNode {
    const [Component, setComponent] = useState(() => found)
    const [failed, setFailed] = useState<{ reason: unknown }>()
    useEffect(() => {
      if (Component !== undefined) return
      const come = (component: ComponentType<Props>) => startTransition(() => setComponent(() => component))
      loaded.then(come, (reason: unknown) => setFailed({ reason }))
    }, [Component])
    if (failed !== undefined) throw failed.reason
    return Component === undefined ? waiting : <Component {...(props as unknown as Props)} />
  }
  return Object.assign(Drawn, { load })
}
