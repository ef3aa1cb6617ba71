import type { core } from 'zod/mini'
import type { PortResponse, PortsResponse } from '../../vpc/responses.ts'
import type { StepRequest } from '../../vpc/change-step.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import type { Port } from '../../vpc/port.ts'
import type { PortsQuery } from '../../vpc/requests.ts'
import { ProxyError } from '../errors.ts'
import type { AnswerBounds } from './answer-bounds.ts'

/**
 * A read that came to nothing: the status and body to answer with, as the platform gave them or
 * Portside's own.
 */
export class UpstreamError extends ProxyError {
  override name = 'UpstreamError'
}

/**
 * What became of one PUT, sent once and never again.
 * - `port`: done; the platform answered 200 with the port (docs/platform.md, Insert, Table 4).
 * - `checked`: a dry run passed; the platform answered 202 and changed nothing (Table 2,
 *   `dry_run`).
 * - `refused`: the platform answered no, with a status of 4xx or 5xx. `error.outcome` is `refused`,
 *   or `unknown` after a 500, which does not say whether the change was made. `error.retry_after`
 *   is there when the platform said when to try again.
 * - `unknown`: sent, and no answer that tells whether it was carried out: lost, timed out,
 *   unreadable, of a status that nobody knows, a redirect, or from a gateway that lost the
 *   platform's answer (408, 502, 504, 520 and others). Read the port back.
 * - `not_sent`: it did not leave this machine: no connection could be made, or `asker.signal` was
 *   aborted before.
 */
export type SendOutcome =
  | { kind: 'port'; status: 200; port: Port; request_id: string | null; body: Buffer }
  | { kind: 'checked'; status: 202; request_id: string | null; body: Buffer }
  | { kind: 'refused'; status: number; error: PortsideError; answer?: RawResponse }
  | { kind: 'unknown'; status: number; error: PortsideError; answer?: RawResponse }
  | { kind: 'not_sent'; status: number; error: PortsideError; answer?: undefined }

/** What the platform answered, for the record: its own status and words. */
type RawResponse = { status: number; body: Buffer }

/** A read as it is passed on: the answer's original JSON, and what the schema made of it. */
export type ReadResponse<T> = {
  status: number
  body: Buffer
  data: T
  request_id: string | null
  /** When the platform was asked for it, as an ISO time: it was so then or later. */
  asked_at: string
}

/**
 * Who asks: `signal` aborted when the answer is of no more use; the rest is named in the log beside
 * the call (docs/operations.md).
 */
export type Asker = {
  signal?: AbortSignal | undefined
  request_id?: string
  operation_id?: string
  /** The step of the operation, counted from 1. */
  step?: number
}

/** What checks an answer: any zod schema. Without `bounds` it is one of a page. */
export type ResponseSchema<T> = {
  bounds?: AnswerBounds
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: core.$ZodError }
}

/**
 * Reads of the platform. The project is picked by the request's path or `projectId`, and must be
 * one of the configured ones.
 */
export interface Reads {
  /**
   * Reads one port (docs/platform.md, Calls), with retries; where the cloud has only the
   * old read, by that, in the documented form all the same (v1-ports.ts).
   * @throws UpstreamError with the platform's error or Portside's own; the abort reason when
   *   `asker.signal` is aborted.
   */
  readPort(
    projectId: string,
    portId: string,
    asker?: Asker,
  ): Promise<ReadResponse<PortResponse> & { port: Port }>
  /**
   * Reads one page of the list of ports, likewise.
   * @throws UpstreamError as readPort; Portside.InvalidRequest for a filter that the old list can't
   *   do
   */
  readPorts(projectId: string, query: PortsQuery, asker?: Asker): Promise<ReadResponse<PortsResponse>>
  /**
   * Reads any path of src/vpc/paths.ts but those of ports, with retries; `query` is an encoded
   * query string, without the question mark.
   * @throws UpstreamError as readPort; with Portside.UnreadableAnswer when the answer does not fit
   *   `schema`.
   */
  read<T>(path: string, query: string, schema: ResponseSchema<T>, asker?: Asker): Promise<ReadResponse<T>>
}

/** The platform, as the proxy knows it: signed, with time-outs, reads retried, PUTs never. */
export interface Upstream extends Reads {
  /**
   * The same reads, for showing and never for deciding: equal ones that begin at about the same
   * time are one call to the platform. One that begins after `send` has answered is never joined to
   * one that began before.
   */
  shared: Reads
  /**
   * Sends one insert or remove, once. Never throws for what the platform or the network does: every
   * end is an outcome. An `asker.signal` aborted while the request is out gives `unknown`.
   */
  send(request: StepRequest, asker?: Asker): Promise<SendOutcome>
  /** Closes the connections, after the requests under way. */
  close(): Promise<void>
}
