import { createElement, memo, useDeferredValue, type ComponentType, type JSX } from 'react'

/**
 * The component, drawn anew only after the frame in which its properties changed is painted: for what is long, and may follow
 * what the operator just did by a moment. Not for what is typed into or pressed.
 */
export function later<P extends object>(component: ComponentType<P>): (props: P) => JSX.Element {
  const Kept = memo(function Kept({ props }: { props: P }): JSX.Element {
    return createElement(component, props)
  })
  return function Later(props: P): JSX.Element {
    return <Kept props={useDeferredValue(props)} />
  }
}
