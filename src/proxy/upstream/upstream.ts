import type * as z from 'zod/mini'
import type { core } from 'zod/mini'
import type {
  AddressGroupsResponse,
  PortResponse,
  PortsResponse,
  rulesResponse,
  securityGroupResponse,
  securityGroupsResponse,
} from '../../vpc/responses.ts'
import type { StepRequest } from '../../vpc/step-request.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import type { Port } from '../../vpc/port.ts'
import type { Offers, OffersResponse } from '../../vpc/offers.ts'
import type { EndpointCalls } from '../../vpc/endpoint-calls.ts'
import type { AddressGroupsQuery, PortsQuery, RulesQuery, SecurityGroupsQuery } from '../../vpc/requests.ts'
import { ProxyError } from '../errors.ts'
import type { ShownResponse } from './kept-responses.ts'
import type { ResponseBounds } from './response-bounds.ts'

/**
 * A read that failed: the status and body to respond with, the platform's or Portside's own.
 */
export class UpstreamError extends ProxyError {
  override name = 'UpstreamError'
}

/** The endpoint does not offer this call (no-such-api.ts). */
export class NoSuchApiError extends UpstreamError {
  override name = 'NoSuchApiError'
}

/**
 * What became of one PUT, sent once and never again.
 * - `port`: done; the platform responded with 200 and the port (docs/platform.md, Insert, Table 4).
 * - `checked`: a dry run passed; the platform responded with 202 and changed nothing (Table 2,
 *   `dry_run`).
 * - `refused`: the platform responded with a status of 4xx or 5xx. `error.outcome` is `refused`, or
 *   `unknown` after a 500, which does not say whether the change was made. `error.retry_after` is
 *   set when the platform said when to try again.
 * - `unknown`: sent, but no response says whether it was carried out: the response was lost, came
 *   too late, can't be read, has an unknown status, is a redirect, or is of a gateway that lost the
 *   platform's own (408, 502, 504, 520 and others). Read the port back.
 * - `not_sent`: it did not leave this machine: no connection could be made, or `asker.signal` was
 *   aborted before.
 */
export type SendOutcome =
  | { kind: 'port'; status: 200; port: Port; request_id: string | null; body: Buffer }
  | { kind: 'checked'; status: 202; request_id: string | null; body: Buffer }
  | { kind: 'refused'; status: number; error: PortsideError; response?: RawResponse }
  | { kind: 'unknown'; status: number; error: PortsideError; response?: RawResponse }
  | { kind: 'not_sent'; status: number; error: PortsideError; response?: undefined }

/** The platform's response, for the audit log: its own status and words. */
type RawResponse = { status: number; body: Buffer }

/**
 * A read as it is passed on: the platform's own JSON, and what the schema made of it. Where entries
 * of a list can't be read, both name them (src/vpc/unreadable.ts).
 */
export type ReadResponse<T> = {
  status: number
  body: Buffer
  data: T
  request_id: string | null
  /** When the platform was asked for it, as an ISO time: it was so then or later. */
  asked_at: string
}

/**
 * What a call is made for. When calls are few, reads for people come first, then changes, which
 * have a reserve of their own, then work in the background.
 */
export type Work = 'person' | 'change' | 'background'

/**
 * Who asks: `signal` is aborted when the response is of no more use; the rest is logged with the
 * call (docs/operations.md).
 */
export type Asker = {
  signal?: AbortSignal | undefined
  request_id?: string
  operation_id?: string
  /** The step of the operation, counted from 1. */
  step?: number
  /** A change for an operation, and else a person, unless given. */
  work?: Work
  /** Called for each call that is sent. */
  onCall?: () => void
}

/**
 * What checks a response: any zod schema. Without `bounds` the response is a page. `rewritten`: the
 * data is not what the platform sent, as entries that can't be read were left out and are named.
 */
export type ResponseSchema<T> = {
  bounds?: ResponseBounds
  safeParse(
    value: unknown,
  ): { success: true; data: T; rewritten?: boolean } | { success: false; error: core.$ZodError }
}

/**
 * Reads of the platform. The request's path or `projectId` names the project, which must be one of
 * the configured ones.
 */
export interface Reads {
  /**
   * Reads one port (docs/platform.md, Calls), with retries. Where the platform has only the old
   * read, by that one; the form is the documented one all the same (src/vpc/v1-ports.ts).
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
   * Reads one page of the list of security groups, in the documented form, likewise.
   * @throws UpstreamError as readPort
   */
  readGroups(
    projectId: string,
    query: SecurityGroupsQuery,
    asker?: Asker,
  ): Promise<ReadResponse<z.infer<typeof securityGroupsResponse>>>
  /** Reads one security group with its rules, likewise. @throws UpstreamError as readPort */
  readGroup(
    projectId: string,
    groupId: string,
    asker?: Asker,
  ): Promise<ReadResponse<z.infer<typeof securityGroupResponse>>>
  /** Reads one page of the list of rules, likewise. @throws UpstreamError as readPort */
  readRules(
    projectId: string,
    query: RulesQuery,
    asker?: Asker,
  ): Promise<ReadResponse<z.infer<typeof rulesResponse>>>
  /** Reads one page of the list of address groups, which only v3 has. @throws UpstreamError */
  readAddressGroups(
    projectId: string,
    query: AddressGroupsQuery,
    asker?: Asker,
  ): Promise<ReadResponse<AddressGroupsResponse>>
  /**
   * Reads any other path of src/vpc/paths.ts, with retries; `query` is an encoded query string,
   * without the question mark.
   * @param projectId the project, where the path does not name it
   * @throws UpstreamError as readPort; with Portside.UnreadableAnswer when the response does not
   *   fit `schema`; NoSuchApiError where the endpoint does not offer the call.
   */
  read<T>(
    path: string,
    query: string,
    schema: ResponseSchema<T>,
    asker?: Asker,
    projectId?: string,
  ): Promise<ReadResponse<T>>
}

/**
 * Reads that are shared between users and pages. Lists may also be up to `maxAge` seconds old, kept
 * from an earlier read, if no change was made since; without it they are read. A port never is.
 */
interface SharedReads extends Pick<Reads, 'readPort'> {
  readPorts(projectId: string, query: PortsQuery, asker?: Asker, maxAge?: number): Promise<ShownResponse>
  readGroups(
    projectId: string,
    query: SecurityGroupsQuery,
    asker?: Asker,
    maxAge?: number,
  ): Promise<ShownResponse>
  readGroup(projectId: string, groupId: string, asker?: Asker, maxAge?: number): Promise<ShownResponse>
  readRules(projectId: string, query: RulesQuery, asker?: Asker, maxAge?: number): Promise<ShownResponse>
  readAddressGroups(
    projectId: string,
    query: AddressGroupsQuery,
    asker?: Asker,
    maxAge?: number,
  ): Promise<ShownResponse>
}

/** The way to the platform: requests are signed and timed out; reads are retried, PUTs never. */
export interface Upstream extends Reads {
  /**
   * The same reads, to show and never to decide by: equal ones that begin at about the same time
   * are one call of the platform. A read that begins after `send` has resolved is never joined to
   * one that began before.
   */
  shared: SharedReads
  /**
   * Sends one insert, remove or replacement, once. Never throws for what the platform or the
   * network does: each end is an outcome. When `asker.signal` is aborted after sending, the outcome
   * is `unknown`.
   */
  send(request: StepRequest, asker?: Asker): Promise<SendOutcome>
  /** What is known of what the endpoint of a project offers: set, or found out. */
  offersOf(projectId: string): Offers
  /**
   * Finds out what is not known of it yet: reads a page of one entry of each list, and sends insert
   * and update to a port that can't exist, where they can change nothing.
   * @param anew true to find out again what was found out before
   */
  findOffers(projectId: string, anew?: boolean): Promise<OffersResponse>
  /**
   * Milliseconds until a change may be sent to the project's endpoint: 0 for now. Longer after a
   * 429, or while its budget of calls is used up.
   */
  closedFor(projectId: string): number
  /** The budget of calls of each endpoint, and what is left. */
  calls(): Promise<EndpointCalls[]>
  /** Closes the connections, after the requests under way. */
  close(): Promise<void>
}
