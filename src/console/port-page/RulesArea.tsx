import type { JSX } from 'react'
import { RulesSection } from './later-parts.ts'
import { usePortState } from './port-state.tsx'

/** All rules of the port in one table. */
export function RulesArea(): JSX.Element {
  const { project, port, traffic, shownFacts } = usePortState()
  return <RulesSection waiting={null} project={project} port={port} traffic={traffic} facts={shownFacts} />
}
