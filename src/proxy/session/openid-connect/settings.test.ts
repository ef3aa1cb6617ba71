import { expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../config.ts'

const NEEDED = {
  PORTSIDE_PUBLIC_ORIGIN: 'https://portside.example.com',
  PORTSIDE_OIDC_ISSUER: 'https://login.example.com/realms/team',
  PORTSIDE_OIDC_CLIENT_ID: 'portside',
  PORTSIDE_OIDC_ROLE_CLAIM: 'realm_access.roles',
  PORTSIDE_OIDC_OPERATOR: 'net-operators',
}

test('without any of its variables one signs in by the printed address', () => {
  expect(readConfig({}).openIdConnect).toBeUndefined()
})

test('what is left out has its default: a public client, no viewers, 12 hours', () => {
  expect(readConfig(NEEDED).openIdConnect).toEqual({
    issuer: 'https://login.example.com/realms/team',
    clientId: 'portside',
    clientSecret: undefined,
    scope: 'openid profile email',
    roleClaim: 'realm_access.roles',
    operators: ['net-operators'],
    viewers: [],
    userClaim: undefined,
    hours: 12,
    publicOrigin: 'https://portside.example.com',
  })
})

test('several values of a role are in a JSON array; a comma belongs to the value', () => {
  const { openIdConnect } = readConfig({
    ...NEEDED,
    PORTSIDE_OIDC_OPERATOR: '["a", "cn=ops,ou=net"]',
    PORTSIDE_OIDC_VIEWER: 'cn=all,ou=net',
  })
  expect(openIdConnect).toMatchObject({ operators: ['a', 'cn=ops,ou=net'], viewers: ['cn=all,ou=net'] })
})

test.each<[Record<string, string>, RegExp]>([
  [{ PORTSIDE_OIDC_ISSUER: '' }, /^PORTSIDE_OIDC_ISSUER is not set, and PORTSIDE_OIDC_CLIENT_ID is: set it/],
  [{ PORTSIDE_OIDC_ISSUER: 'login.example.com' }, /^PORTSIDE_OIDC_ISSUER is .*: it must be the issuer/],
  [{ PORTSIDE_OIDC_ISSUER: 'https://a.example/?x=1' }, /^PORTSIDE_OIDC_ISSUER is .*: it must be the issuer/],
  [
    { PORTSIDE_OIDC_ISSUER: 'http://login.example.com' },
    /^PORTSIDE_OIDC_ISSUER .*: set it to an https address/,
  ],
  [{ PORTSIDE_OIDC_CLIENT_ID: '' }, /^PORTSIDE_OIDC_CLIENT_ID is not set: set it to the client ID/],
  [{ PORTSIDE_OIDC_ROLE_CLAIM: '' }, /^PORTSIDE_OIDC_ROLE_CLAIM is not set: set it to the claim/],
  [{ PORTSIDE_OIDC_OPERATOR: '' }, /^PORTSIDE_OIDC_OPERATOR is not set, nor is PORTSIDE_OIDC_VIEWER: set it/],
  [{ PORTSIDE_OIDC_OPERATOR: '[]' }, /^PORTSIDE_OIDC_OPERATOR is .*: it must be a value of the role claim/],
  [{ PORTSIDE_OIDC_VIEWER: '["a"' }, /^PORTSIDE_OIDC_VIEWER is .*: it must be a value of the role claim/],
  [{ PORTSIDE_OIDC_SCOPE: 'profile' }, /^PORTSIDE_OIDC_SCOPE is .*: it must be scopes .* openid among them/],
  [{ PORTSIDE_OIDC_CLIENT_SECRET: 'top secret' }, /^PORTSIDE_OIDC_CLIENT_SECRET can not be used: it must be/],
  [{ PORTSIDE_PUBLIC_ORIGIN: '' }, /^PORTSIDE_PUBLIC_ORIGIN is not set: .*the provider sends them back/],
  [
    { PORTSIDE_PUBLIC_ORIGIN: 'http://portside.example.com' },
    /^PORTSIDE_PUBLIC_ORIGIN .*: set it to an https/,
  ],
  [{ PORTSIDE_SESSION_HOURS: '0' }, /^PORTSIDE_SESSION_HOURS is "0": it must be a whole number of hours/],
  [{ PORTSIDE_SESSION_SECRET: `${'a'.repeat(32)},short` }, /^PORTSIDE_SESSION_SECRET can not be used/],
  [{ PORTSIDE_RATE_LIMIT: 'no' }, /^PORTSIDE_RATE_LIMIT is "no": it must be a whole number of requests/],
  [{ PORTSIDE_TRUSTED_PROXIES: '10.0.0.0/33' }, /^PORTSIDE_TRUSTED_PROXIES is .*: it must be IP addresses/],
  [
    { PORTSIDE_TRUSTED_PROXIES: 'lb.example.com' },
    /^PORTSIDE_TRUSTED_PROXIES is .*: it must be IP addresses/,
  ],
])('%o ends in one line that says what to do', (wrong, says) => {
  const read = () => readConfig({ ...NEEDED, ...wrong })
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(says)
  expect(read).not.toThrow(/\n|top secret/)
})

test('http is for a provider and an origin on this machine', () => {
  const local = {
    PORTSIDE_OIDC_ISSUER: 'http://localhost:3000',
    PORTSIDE_PUBLIC_ORIGIN: 'http://127.0.0.1:8080',
  }
  expect(readConfig({ ...NEEDED, ...local }).openIdConnect?.issuer).toBe('http://localhost:3000')
})
