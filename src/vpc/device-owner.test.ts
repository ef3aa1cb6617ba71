import { expect, test } from 'vitest'
import { deviceOwnerWords, FIXED_DEVICE_OWNERS, isDocumentedDeviceOwner } from './device-owner.ts'

test('names a cloud server with its AZ, and other documented owners by meaning', () => {
  expect(deviceOwnerWords('compute:aa-bb-cc')).toBe('Cloud server (aa-bb-cc)')
  expect(deviceOwnerWords('network:nat_gateway')).toBe('NAT gateway')
  expect(FIXED_DEVICE_OWNERS).toHaveLength(8)
})

test('keeps an owner that is not documented as it came', () => {
  for (const owner of ['trunk:subport', 'compute:', 'constructor', '__proto__']) {
    expect(deviceOwnerWords(owner)).toBe(owner)
    expect(isDocumentedDeviceOwner(owner)).toBe(false)
  }
})

test('a port without a device has no words, and that is as documented', () => {
  expect(deviceOwnerWords('')).toBe('')
  expect(deviceOwnerWords(null)).toBe('')
  expect(isDocumentedDeviceOwner('')).toBe(true)
})
