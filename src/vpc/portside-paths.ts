import type { OperationChoice } from './portside-api.ts'

// The paths of Portside's own API, between console and proxy, but for those of bulk changes,
// standing orders and the audit log, which are beside their forms. What it says is in
// portside-api.ts, what is asked of it in portside-requests.ts, where no other file is named. The
// platform's calls are under `/api` with the platform's paths (`/api/v3/{project_id}/ports/...`),
// where PUTs are dry runs only. Every change of a port is an operation. Functions, and no object:
// the head of the page takes one of them.

/** GET: who is signed in, and the projects. */
export const session = () => '/api/session'
/** POST, without a body; the response is signedOut. */
export const signOut = () => '/api/sign-out'
/** GET: the guards of all changes; the response is guardsResponse (traffic/guards.ts). */
export const guards = () => '/api/guards'
/** GET: what the endpoint of a project offers; offers.ts. */
export const offers = (project: string) => `/api/v3/${encodeURIComponent(project)}/offers`
/** GET: how many calls each endpoint has left; the response is callsResponse. */
export const calls = () => '/api/calls'
/** GET: the latest operations on a port. POST: a change to it. */
export const portOperations = (project: string, portId: string) =>
  `/api/v3/${encodeURIComponent(project)}/ports/${encodeURIComponent(portId)}/operations`
/** GET: the operations of all ports that wait for a choice, as awaitingChoiceResponse. */
export const awaitingChoice = (project: string) => `/api/v3/${encodeURIComponent(project)}/operations`
/** POST: dry-run a plan; checks.ts. */
export const portChecks = (project: string, portId: string) =>
  `/api/v3/${encodeURIComponent(project)}/ports/${encodeURIComponent(portId)}/checks`
/** GET: one operation in full. */
export const operation = (id: string) => `/api/operations/${encodeURIComponent(id)}`
/** POST: the operator's choice for one that stopped. */
export const operationChoice = (id: string, choice: OperationChoice) =>
  `/api/operations/${encodeURIComponent(id)}/${choice}`
