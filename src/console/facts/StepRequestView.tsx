import type { JSX } from 'react'
import type { StepRequest } from '../../vpc/step-request.ts'
import { CopyButton } from '../ui/CopyButton.tsx'
import styles from './StepRequestView.module.css'

/** A request exactly as it is sent: method, path and JSON body, each to be copied. */
export function StepRequestView({ request }: { request: StepRequest }): JSX.Element {
  const body = bodyText(request.body)
  return (
    <div className={styles.request}>
      <div className={styles.line}>
        <code className={styles.path}>
          <b>{request.method}</b> {request.path}
          {request.project_id !== undefined && (
            <>
              <br />
              X-Project-Id: {request.project_id}
            </>
          )}
        </code>
        <CopyButton text={`${request.method} ${request.path}`} label="Copy method and path" />
      </div>
      <div className={styles.line}>
        {/* It scrolls: keyboards must get into it. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre className={styles.body} tabIndex={0} aria-label="Request body">
          {body}
        </pre>
        <CopyButton text={body} label="Copy request body" />
      </div>
    </div>
  )
}

/** JSON for reading: one line a field and a group, and no more. */
function bodyText(body: StepRequest['body']): string {
  return JSON.stringify(body, null, 2)
}
