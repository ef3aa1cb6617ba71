import { expect, test } from 'vitest'
import { claimValues, whoIs } from './who.ts'

test.each<[string, object, string[]]>([
  ['groups', { groups: ['a', 'b'] }, ['a', 'b']],
  ['groups', { groups: 'a b' }, ['a b']],
  ['groups', { groups: [1, true, null, { a: 1 }, 'x'] }, ['1', 'true', 'x']],
  ['groups', { groups: { a: 'b' } }, []],
  ['groups', {}, []],
  ['realm_access.roles', { realm_access: { roles: ['a'] } }, ['a']],
  ['realm_access.roles', { realm_access: ['roles'] }, []],
  ['https://example.com/roles', { 'https://example.com/roles': ['a'] }, ['a']],
  ['resource_access.portside.eu.roles', { resource_access: { 'portside.eu': { roles: ['a'] } } }, ['a']],
  ['a.b.c', { a: { b: {} }, 'a.b': { c: 'found' } }, ['found']],
  ['constructor.name', {}, []],
  ['__proto__', {}, []],
])('the values of %s in %j are %j', (path, claims, values) => {
  expect(claimValues(claims, path)).toEqual(values)
})

const settings = {
  roleClaim: 'groups',
  operators: ['ops', 'cn=net,ou=ops'],
  viewers: ['all'],
  userClaim: undefined,
}

test.each<[unknown, string | undefined]>([
  [['all'], 'viewer'],
  [['all', 'ops'], 'operator'],
  [['cn=net,ou=ops'], 'operator'],
  ['ops', 'operator'],
  [['OPS'], undefined],
  [['ops '], undefined],
  ['ops,all', undefined],
  [[], undefined],
  [undefined, undefined],
])('the groups %j make a user %s', (groups, role) => {
  expect(whoIs({ sub: '1', groups }, settings).role).toBe(role)
})

test('a user is called as the configured claim says, or as the first of the usual ones', () => {
  const claims = { sub: '1', name: 'Olga O.', email: 'o@example.com', custom: { upn: 'OO1' } }
  expect(whoIs(claims, settings).user).toBe('o@example.com')
  expect(whoIs({ ...claims, preferred_username: 'olga' }, settings).user).toBe('olga')
  expect(whoIs(claims, { ...settings, userClaim: 'custom.upn' }).user).toBe('OO1')
  expect(whoIs({ sub: '1', email: '' }, settings).user).toBe('1')
  expect(whoIs({ sub: '1', email: 'o@example.com' }, { ...settings, userClaim: 'upn' }).user).toBe('1')
  expect(whoIs({ sub: '1', name: 'n'.repeat(5000) }, settings).user).toHaveLength(200)
})
