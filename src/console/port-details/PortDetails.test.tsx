import { render, screen, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import type { Port } from '../../vpc/port.ts'
import { PORT_FIELDS } from '../../vpc/port-fields.ts'
import { V1_READ } from '../../vpc/v1-read.ts'
import { PortDetails } from './PortDetails.tsx'

const FIRST = '567be4e3-d171-46ce-9e8a-c15e91cfe86a'
const SECOND = '4940b983-5992-4663-bed9-d1d1e15d1009'

const tags = [{ key: 'env', value: 'prod', since: 3 }]
const port: Port = {
  id: '99fd0c77-56b4-4bf6-8365-df352e45d5fc',
  name: '',
  status: 'DOWN',
  security_groups: [FIRST, SECOND],
  device_owner: 'compute:az1',
  tags,
  'binding:profile': { disk: 'nvme' },
}

/** The row of a field: its name and its value. */
function row(name: string): HTMLElement {
  const found = screen.getAllByText(name, { selector: 'dt code' })[0]?.closest('div')
  if (!found) throw new Error(`no row ${name}`)
  return found
}

/** The names of the sections, column by column. */
function columns(one: Port): (string | null)[][] {
  const { container, unmount } = render(<PortDetails port={one} />)
  const regions = within(container).getAllByRole('region')
  const parents = [...new Set(regions.map((region) => region.parentElement))]
  const names = parents.map((parent) =>
    regions
      .filter((region) => region.parentElement === parent)
      .map((region) => region.getAttribute('aria-label')),
  )
  unmount()
  return names
}

describe('the details of a port', () => {
  test('have every documented field with its meaning, missing ones said to be missing', () => {
    render(<PortDetails port={port} />)
    for (const field of PORT_FIELDS) {
      expect(
        within(row(field.name)).getAllByRole('button', { name: `About ${field.name}` }),
      ).not.toHaveLength(0)
      expect(row(field.name)).toHaveTextContent(field.definition)
    }
    expect(row('vtep_ip')).toHaveTextContent('not in the response')
    expect(row('name')).toHaveTextContent('"" empty')
    expect(row('device_owner')).toHaveTextContent('compute:az1 Cloud server (az1)')
  })

  test('show the security groups in their order, named where a name is known', () => {
    render(<PortDetails port={port} groupName={(id) => (id === FIRST ? 'web-public' : undefined)} />)
    const items = within(row('security_groups')).getAllByRole('listitem')
    const groups = items.filter((item) => item.closest('[popover]') === null)
    expect(groups.map((item) => item.textContent)).toEqual(['web-public567be4e3…', SECOND])
  })

  test('show what is not as documented with a note, and hide nothing', () => {
    const odd: Port = { ...port, status: 'ERROR', enable_efi: 'no', quota: { ports: 5 }, scope: null }
    render(<PortDetails port={odd} />)
    expect(row('status')).toHaveTextContent('ERROR Not as documented: not among the documented values')
    expect(row('enable_efi')).toHaveTextContent('no Not as documented: a string; documented is Boolean')
    expect(row('scope')).toHaveTextContent('null')
    const extra = screen.getByRole('region', { name: 'Not in the documentation' })
    expect(extra).toHaveTextContent('quota{ "ports": 5 }')
    expect(row('since')).toHaveTextContent('3')
  })

  test('mark what changed, with the value before, and nothing else', () => {
    const before: Port = {
      ...port,
      security_groups: [SECOND, FIRST],
      tags: [...tags],
      zone_id: 'a',
    }
    render(
      <PortDetails
        port={port}
        before={before}
        response={{ port, request_id: '458691c0-7db2-43d8-9400-053800c5ff53' }}
      />,
    )
    expect(screen.getByText('2 fields changed: security_groups, zone_id')).toBeVisible()
    expect(row('security_groups')).toHaveTextContent('Changed')
    expect(row('security_groups')).toHaveTextContent(/Before:/)
    expect(row('zone_id')).toHaveTextContent(/not in the responseBefore:a/)
    expect(row('tags')).not.toHaveTextContent('Changed')
    expect(screen.getByText('458691c0-7db2-43d8-9400-053800c5ff53')).toBeVisible()
  })

  test('mark a change of a field that is not in the documentation, too', () => {
    render(<PortDetails port={{ ...port, quota: 6 }} before={{ ...port, quota: 5 }} />)
    expect(row('quota')).toHaveTextContent(/Changed.*6.*Before:5/)
  })

  test('have their sections in order, in two columns about as long as each other', () => {
    expect(columns(port)).toEqual([
      ['Identity', 'State', 'Addresses'],
      ['Binding', 'DHCP', 'Tags', 'Instance', 'Edge'],
    ])
    const many = { ...port, security_groups: Array.from({ length: 100 }, () => FIRST) }
    expect(columns(many).map((names) => names.at(-1))).toEqual(['State', 'Edge'])
  })

  test('say so when nothing changed', () => {
    render(<PortDetails port={port} before={{ ...port, 'binding:profile': { disk: 'nvme' } }} />)
    expect(screen.getByText('No field changed.')).toBeVisible()
  })

  test('read in the old form name what that leaves out, and show no change for it', () => {
    const { vpc_id: _, ...known } = { ...port, vpc_id: 'v', zone_id: 'a' }
    const old = { ...known, [V1_READ]: true }
    const { rerender } = render(<PortDetails port={old} />)
    expect(screen.getByText(/no v3 port read/)).toHaveTextContent(/The old read leaves out: .*\bvpc_id\b/)
    expect(screen.getByText(/no v3 port read/)).not.toHaveTextContent(/\bzone_id\b/)
    expect(screen.queryByText(V1_READ, { selector: 'dt code' })).toBeNull()
    rerender(<PortDetails before={old} port={{ ...port, vpc_id: 'v', zone_id: 'b' }} />)
    expect(screen.getByText('1 field changed: zone_id')).toBeVisible()
    rerender(<PortDetails before={{ ...port, vpc_id: 'v' }} port={old} />)
    expect(screen.getByText('1 field changed: zone_id')).toBeVisible()
  })

  test('have the raw JSON', () => {
    render(<PortDetails port={port} />)
    expect(JSON.parse(screen.getByLabelText('Raw JSON').textContent ?? '')).toEqual(port)
  })
})
