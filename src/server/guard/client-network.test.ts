import assert from 'node:assert/strict'
import { SocketAddress } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { networkOf } from './client-network.ts'

test('an IPv4 address is its own network, in either way of writing it', () => {
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf('::FFFF:192.0.2.1'), '192.0.2.1')
})

test('IPv6 addresses of one /64 are one network, others are not', () => {
  const networks = [
    '2001:db8::1',
    '2001:db8::',
    '2001:DB8:0:0:ffff:1:2:3',
    '2001:db8::192.0.2.1',
    '2001:db8::1%eth0',
  ]
  for (const address of networks) assert.equal(networkOf(address), '2001:db8:0:0::/64', address)
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  assert.equal(networkOf('2001:db8:0:1::1'), '2001:db8:0:1::/64')
  assert.equal(networkOf('1:2:3:4:5:6:7::'), '1:2:3:4::/64')
  assert.equal(networkOf('no address'), 'no address')
})

test('however an address is written, its network is that of its first 64 bits', () => {
  const group = fc.integer({ min: 0, max: 0xffff })
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(0), group), { minLength: 8, maxLength: 8 }), groups => {
      const hex = groups.map(one => one.toString(16))
      const network = `${hex.slice(0, 4).join(':')}::/64`
      const whole = hex.join(':')
      assert.equal(networkOf(whole), network)
      // As the system writes it, which may be an IPv4 address in IPv6's clothes.
      const { address } = new SocketAddress({ address: whole, family: 'ipv6' })
      if (!address.startsWith('::ffff:')) assert.equal(networkOf(address), network)
    }),
  )
})
