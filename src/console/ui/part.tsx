import { use, type ComponentType, type JSX } from 'react'

/**
 * A part of a page whose code is a file of its own. It is asked for at once, not when it is first drawn, so that it comes
 * while the page reads its data; drawn before it is there, it suspends. (React's `lazy` suspends even when the code is there,
 * and what it has shown meanwhile then stays for a third of a second.)
 * @param load imports the component
 */
export function part<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props) => JSX.Element {
  let found: ComponentType<Props> | undefined
  const loading = load().then((component) => (found = component))
  // Whoever draws it is told.
  loading.catch(() => {})
  return function Part(props) {
    const Component = found ?? use(loading)
    return <Component {...props} />
  }
}
