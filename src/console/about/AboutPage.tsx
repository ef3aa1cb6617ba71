import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { firstViewDrawn } from '../hooks/first-view.ts'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, type JSX } from 'react'
import { offeredParts, type OffersResponse } from '../../vpc/offers.ts'
import { PERMISSIONS } from '../../vpc/permissions.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { findOffersAnew } from '../proxy-client/find-offers.ts'
import { offersQuery, sessionQuery } from '../proxy-client/queries.ts'
import { Button } from '../ui/Button.tsx'
import { Facts } from '../ui/Facts.tsx'
import { Id } from '../ui/Id.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import styles from './AboutPage.module.css'
import { partWords, UNKNOWN } from './part-words.ts'

const route = getRouteApi('/projects/$projectId/about')

/** What the endpoint of a project offers, what is missing there, and what the key may not do. */
export function AboutPage(): JSX.Element {
  useEffect(firstViewDrawn, [])
  const { projectId } = route.useParams()
  const queryClient = useQueryClient()
  const found = useQuery(offersQuery(projectId))
  const again = useMutation({ mutationFn: () => findOffersAnew(queryClient, projectId) })
  const project = useQuery(sessionQuery()).data?.projects.find((one) => one.project_id === projectId)
  const error = again.error ?? found.error
  return (
    <>
      <PageHeader
        title="About this cloud"
        actions={
          <Button
            icon="refresh"
            busy={again.isPending}
            disabledReason={found.isPending ? 'Portside is finding it out' : undefined}
            onClick={() => again.mutate()}
          >
            Find out again
          </Button>
        }
      >
        What the endpoint of this project offers, as its responses show. Finding it out changes nothing.
      </PageHeader>
      {project !== undefined && (
        <section className={styles.about} aria-label="Endpoint">
          <Facts>
            <dt>Project</dt>
            <dd>
              {project.name} <Id value={project.project_id} label="project ID" />
            </dd>
            <dt>Region</dt>
            <dd>{project.region}</dd>
            <dt>Endpoint</dt>
            <dd>
              <code>{project.endpoint}</code>
            </dd>
            <dt>Enterprise project</dt>
            <dd>
              {found.data?.enterprise_project_id != null ? (
                <code>{found.data.enterprise_project_id}</code>
              ) : (
                'none'
              )}
            </dd>
          </Facts>
        </section>
      )}
      {error !== null ? (
        <ErrorPanel
          error={error}
          title="What the endpoint offers could not be found out"
          onRetry={() => again.mutate()}
        />
      ) : (
        found.data === undefined && <SkeletonRows label="Finding out what the endpoint offers" count={6} />
      )}
      {found.data !== undefined && <Offered found={found.data} />}
    </>
  )
}

function Offered({ found }: { found: OffersResponse }): JSX.Element {
  return (
    <section className={styles.about} aria-label="What it offers">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">By</th>
            <th scope="col">What that means</th>
          </tr>
        </thead>
        <tbody>
          {offeredParts.map((part) => {
            const { name, by, meaning } = partWords(part, found.offers, found.rules_lack)
            const trouble = found.troubles.find((one) => one.part === part)
            return (
              <tr key={part}>
                <th scope="row">{name}</th>
                <td>
                  {by}
                  {found.set.includes(part) && ' (set by PORTSIDE_PROJECTS)'}
                </td>
                <td>
                  {meaning}
                  {trouble !== undefined && <Trouble trouble={trouble} />}
                  {meaning === undefined && trouble === undefined && by !== UNKNOWN && 'As documented'}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** What was in the way when a part was tried. */
function Trouble({ trouble }: { trouble: OffersResponse['troubles'][number] }): JSX.Element {
  const { part, status, error } = trouble
  return (
    <>
      {status === 403 ? (
        <>
          <b>Refused.</b> The key needs{' '}
          {PERMISSIONS[part].map((permission, n) => (
            <span key={permission}>
              {n > 0 && ' or '}
              <code>{permission}</code>
            </span>
          ))}
          .
          {PERMISSIONS[part].includes('vpc:ports:update') &&
            ' It was tried on a port that does not exist: a key may be allowed to change some ports and not others.'}
        </>
      ) : (
        <b>Could not be tried.</b>
      )}{' '}
      {error.error_msg} <code>{error.error_code}</code> ({status})
      {error.request_id != null && (
        <>
          . Request ID <Id value={error.request_id} label="request ID" />
        </>
      )}
    </>
  )
}
