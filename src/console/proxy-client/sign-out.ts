import { api } from '../../vpc/portside-api.ts'
import { signedOut } from '../../vpc/signed-out.ts'
import { call } from './client.ts'

/**
 * Ends the session.
 * @returns where to go then: where the provider's own session ends, or the start
 * @throws CallError when it could not be ended
 */
export async function signOut(): Promise<string> {
  const { go_to } = await call(signedOut, api.signOut(), { method: 'POST' })
  return go_to ?? '/'
}
