import type { JSX, ReactNode } from 'react'
import { CallError } from '../proxy-client/call-error.ts'
import { Button } from '../ui/Button.tsx'
import { Facts } from '../ui/Facts.tsx'
import { Id } from '../ui/Id.tsx'
import { Notice } from '../ui/Notice.tsx'
import { isPartMissing, PartMissing } from './PartMissing.tsx'

type ErrorPanelProps = {
  error: unknown
  /** What did not work: 'The ports could not be read'. */
  title: string
  /**
   * What is true instead when nobody knows whether the request was carried out: a title, and what
   * to do.
   */
  unknown?: { title: string; text: string } | undefined
  onRetry?: (() => void) | undefined
  /** Further buttons. */
  actions?: ReactNode
}

const UNKNOWN = {
  title: 'Whether the request was carried out is unknown',
  text: 'Read the port again before anything else.',
}

/**
 * An error with all there is to say of it: message, code, request ID, the fields concerned, and
 * what to do.
 */
export function ErrorPanel({ error, title, unknown, onRetry, actions }: ErrorPanelProps): JSX.Element {
  const message = messageOf(error)
  if (isPartMissing(message)) return <PartMissing />
  const known = error instanceof CallError ? error : undefined
  // Its title would say what nobody knows.
  const open = known?.outcome === 'unknown' ? (unknown ?? UNKNOWN) : undefined
  const advice =
    known !== undefined
      ? adviceFor(known)
      : 'This is a fault in Portside itself. Reload the page; report it if it stays.'
  const retry = onRetry && (
    <Button size="small" icon="refresh" onClick={onRetry}>
      Try again
    </Button>
  )
  return (
    <Notice
      tone="danger"
      role="alert"
      title={open?.title ?? title}
      actions={
        (retry || actions) && (
          <>
            {retry}
            {actions}
          </>
        )
      }
    >
      <p>{message}</p>
      {known !== undefined && known.fields.length > 0 && (
        <ul>
          {known.fields.map((field) => (
            <li key={field.path + field.message}>
              <code>{field.path}</code> {field.message}
            </li>
          ))}
        </ul>
      )}
      {open && <p>{open.text}</p>}
      {advice !== undefined && <p>{advice}</p>}
      {known !== undefined && (
        <Facts>
          <dt>Code</dt>
          <dd>
            <code>{known.error_code}</code>
            {known.status > 0 && ` (status ${known.status})`}
          </dd>
          <dt>Request ID</dt>
          <dd>
            {known.request_id === null ? 'none given' : <Id value={known.request_id} label="request ID" />}
          </dd>
        </Facts>
      )}
    </Notice>
  )
}

function messageOf(error: unknown): string {
  if (error instanceof CallError) return error.error_msg
  return error instanceof Error ? error.message : String(error)
}

/**
 * What to do about an error: the proxy's advice, or what its status means for the operator. None
 * where the status means nothing more than the platform's words.
 */
export function adviceFor(error: CallError): string | undefined {
  if (error.advice !== undefined) return error.advice
  if (error.retry_after !== undefined) return `Try again in ${error.retry_after} seconds.`
  switch (error.status) {
    case 400:
      return 'Change what the message names, then try again.'
    case 401:
      return "The platform refuses Portside's key. Ask your Portside administrator to renew it."
    case 403:
      return "Portside's key may not do this. Ask your Portside administrator for the permission."
    case 404:
      return 'It does not exist, or no longer. Check the ID and the project.'
    case 409:
      return 'Another change of this object is under way. Read it again, then decide.'
    case 429:
      return 'The platform gets too many requests. Wait a moment, then try again.'
    default:
      if (error.status > 0 && error.status < 500) return undefined
      return error.request_id === null
        ? 'Try again in a moment. If the error comes again, ask your Portside administrator.'
        : 'Try again in a moment. If the error comes again, give the request ID to the support of the platform.'
  }
}
