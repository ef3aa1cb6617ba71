import {
  lazy,
  memo,
  startTransition,
  use,
  useEffect,
  useState,
  type ComponentType,
  type LazyExoticComponent,
  type ReactNode,
} from 'react'
import { PartMissing } from './PartMissing.tsx'

// What can't be loaded is said in its place: the rest of the page goes on.

/**
 * A part of a page whose code is loaded when it is drawn, within a Suspense.
 * @param from imports the component
 * @param missing takes its place where it can't be loaded
 */
export function later<Props extends object>(
  from: () => Promise<ComponentType<Props>>,
  missing: ComponentType<Props> = PartMissing as ComponentType<Props>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(() =>
    from().then(
      (component) => ({ default: component }),
      () => ({ default: missing }),
    ),
  )
}

/**
 * A page, whose code is loaded for its route. The router's own way reloads the window where that
 * fails, which ends in the browser's page where the proxy can't be reached.
 */
export function page(
  from: () => Promise<ComponentType>,
): (() => ReactNode) & { preload: () => Promise<void> } {
  let Found: ComponentType | undefined
  let loaded: Promise<void> | undefined
  const preload = () =>
    (loaded ??= from()
      .catch(() => PageMissing)
      .then((component) => void (Found = component)))
  function Page(): ReactNode {
    if (Found === undefined) use(preload())
    return Found && <Found />
  }
  return Object.assign(Page, { preload })
}

function PageMissing(): ReactNode {
  return (
    <>
      <title>Error · Portside</title>
      <PartMissing />
    </>
  )
}

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
    .catch(() => PartMissing as ComponentType<Props>)
    .then((component) => (found = memo(component) as unknown as ComponentType<Props>))
  function Drawn({ waiting, ...props }: Props & { waiting: ReactNode }): ReactNode {
    const [Component, setComponent] = useState(() => found)
    useEffect(() => {
      if (Component !== undefined) return
      void loaded.then((component) => startTransition(() => setComponent(() => component)))
    }, [Component])
    return Component === undefined ? waiting : <Component {...(props as unknown as Props)} />
  }
  return Object.assign(Drawn, { load })
}
