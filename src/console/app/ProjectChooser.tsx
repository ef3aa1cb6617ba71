import { useNavigate, useParams } from '@tanstack/react-router'
import type { JSX } from 'react'
import type { Session } from '../../vpc/portside-api.ts'
import { SelectField } from '../ui/Field.tsx'

/** Chooses the project; its ports are shown then. */
export function ProjectChooser({ session }: { session: Session }): JSX.Element {
  const { projectId } = useParams({ strict: false })
  const navigate = useNavigate()
  const known = session.projects.some((project) => project.project_id === projectId)
  const regions = [...new Set(session.projects.map((project) => project.region))]
  const options = regions.map((region) => {
    const here = session.projects
      .filter((project) => project.region === region)
      .map((project) => (
        <option key={project.project_id} value={project.project_id}>
          {project.name} ({region})
        </option>
      ))
    return regions.length > 1 ? (
      <optgroup key={region} label={region}>
        {here}
      </optgroup>
    ) : (
      here
    )
  })
  return (
    <SelectField
      label="Project"
      hideLabel
      value={known ? projectId : ''}
      onChange={(event) =>
        void navigate({ to: '/projects/$projectId/ports', params: { projectId: event.target.value } })
      }
    >
      {!known && <option value="">Choose a project</option>}
      {options}
    </SelectField>
  )
}
