import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Suspense, type JSX } from 'react'
import { portQuery } from '../proxy-client/queries.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { later } from '../errors/later.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { CallError } from '../proxy-client/call-error.ts'
import { PortHeader } from './PortHeader.tsx'
import { Workbench } from './Workbench.tsx'

export { portOperationsQuery } from '../proxy-client/operations.ts'
export { loadParts } from './later-parts.ts'

const StoppedOnGonePort = later(() =>
  import('../operations/StoppedOnGonePort.tsx').then((module) => module.StoppedOnGonePort),
)

const route = getRouteApi('/projects/$projectId/ports/$portId')

/** One port: arrange the order of its security groups, check the change, apply it. */
export function PortPage(): JSX.Element {
  const { projectId, portId } = route.useParams()
  return <PortView key={`${projectId}/${portId}`} project={projectId} portId={portId} />
}

/** The port page for the port `portId` of `project`. */
function PortView({ project, portId }: { project: string; portId: string }): JSX.Element {
  const port = useQuery(portQuery(project, portId))
  const retry = () => void port.refetch()
  if (port.data !== undefined)
    return (
      <>
        <PortHeader project={project} portId={portId} port={port.data.port} />
        {port.error !== null && (
          <ErrorPanel
            error={port.error}
            title="The port could not be read again; what you see was read earlier"
            onRetry={retry}
          />
        )}
        <Workbench project={project} response={port.data} />
      </>
    )
  const missing = port.error instanceof CallError && port.error.status === 404
  return (
    <>
      <PortHeader project={project} portId={portId} />
      {port.error === null ? (
        <SkeletonRows label="Reading the port" count={10} />
      ) : (
        <ErrorPanel
          error={port.error}
          title={missing ? 'There is no such port in this project' : 'The port could not be read'}
          onRetry={retry}
          actions={
            <Link to="/projects/$projectId/ports" params={{ projectId: project }}>
              Go to the ports
            </Link>
          }
        />
      )}
      {missing && (
        <Suspense>
          <StoppedOnGonePort project={project} portId={portId} />
        </Suspense>
      )}
    </>
  )
}
