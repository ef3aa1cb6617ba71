import { describe, expect, test } from 'vitest'
import { port } from './port.ts'
import { departure, undocumentedKeys } from './port-field-departure.ts'
import { EXAMPLE_RESPONSE } from './reference-example.ts'
import { PORT_FIELDS, type PortField } from './port-fields.ts'

const EXAMPLE = EXAMPLE_RESPONSE.port

function field(name: string, of: readonly PortField[] = PORT_FIELDS): PortField {
  const found = of.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no field ${name}`)
  return found
}

const inside = (name: string, nested: string) => field(nested, field(name).fields)

const names = (fields: readonly PortField[] = []) => fields.map((one) => one.name).toSorted()

describe('the fields', () => {
  test('are those of the wire schema, Table 5 with 36 and Tables 6 to 10 with 11 in all', () => {
    expect(names(PORT_FIELDS)).toEqual(Object.keys(port.shape).toSorted())
    expect(names(field('private_ips').fields)).toEqual(['ip_address', 'subnet_cidr_id'])
    expect(names(field('tags').fields)).toEqual(['key', 'value'])
    expect(names(field('allowed_address_pairs').fields)).toEqual(['ip_address', 'mac_address'])
    expect(PORT_FIELDS).toHaveLength(36)
    expect(PORT_FIELDS.flatMap((one) => one.fields ?? [])).toHaveLength(11)
  })

  test('each have a definition and the number of their table', () => {
    for (const one of PORT_FIELDS) {
      expect(one.definition).toMatch(/\.$/)
      expect(one.table).toBe(5)
      for (const nested of one.fields ?? []) {
        expect(nested.definition).toMatch(/\.$/)
        expect(nested.table).toBeGreaterThan(5)
      }
    }
  })
})

describe('departure', () => {
  test("finds nothing in the reference's example, field by field", () => {
    for (const one of PORT_FIELDS)
      expect([one.name, departure(one, EXAMPLE[one.name as keyof typeof EXAMPLE])]).toEqual([
        one.name,
        undefined,
      ])
    expect(undocumentedKeys(PORT_FIELDS, EXAMPLE)).toEqual([])
  })

  test.each<[string, unknown, RegExp]>([
    ['status', 'ERROR', /not among the documented values/],
    ['binding:vnic_type', 'macvtap', /not among the documented values/],
    ['device_owner', 'trunk:subport', /not among the documented values/],
    ['port_security_enabled', 'true', /a string; documented is Boolean/],
    ['admin_state_up', null, /null; documented is Boolean/],
    ['name', 7, /a number; documented is String/],
    ['name', 'n'.repeat(256), /longer than the documented 255/],
    ['description', 'a <b>', /angle brackets/],
    ['vpc_id', 'vpc-1', /not in UUID format/],
    ['created_at', '10 May 2023', /not in the documented format/],
    ['security_groups', 'one', /a string; documented is Array of strings/],
    ['security_groups', ['a', 1], /an array of another kind/],
    ['private_ips', { ip_address: '10.0.0.1' }, /an object; documented is Array of PrivateIpInfo/],
    ['binding:profile', [], /an array of another kind; documented is Object/],
    ['tags', [{ key: 'a' }, { key: 'b' }, { key: 'a' }], /the tag key a is there twice/],
  ])('%s: %j is named', (name, value, words) => {
    expect(departure(field(name), value)).toMatch(words)
  })

  test('looks into the objects of Tables 6 to 10 by their own fields', () => {
    expect(departure(inside('binding:vif_details', 'primary_interface'), 'yes')).toMatch(/Boolean/)
    expect(departure(inside('tags', 'key'), '')).toMatch(/cannot be left blank/)
    expect(departure(inside('tags', 'value'), '')).toBeUndefined()
    expect(departure(inside('tags', 'key'), 'k'.repeat(129))).toMatch(/128/)
    expect(departure(inside('allowed_address_pairs', 'ip_address'), '0.0.0.0/0')).toMatch(/0\.0\.0\.0\/0/)
    expect(departure(inside('allowed_address_pairs', 'ip_address'), '1.1.1.1/0')).toBeUndefined()
  })

  test('skips a field that is missing; lists what the documentation does not have', () => {
    expect(departure(field('vtep_ip'), undefined)).toBeUndefined()
    expect(undocumentedKeys(PORT_FIELDS, { ...EXAMPLE, bandwidth: 1 })).toEqual(['bandwidth'])
  })
})
