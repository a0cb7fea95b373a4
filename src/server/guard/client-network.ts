import { isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'

const GROUPS = 8
/** One site, and often one machine, gets a /64 (RFC 6177), and can use every address of it. */
const NETWORK_GROUPS = 4

/** The network that limits by address count: an IPv4 address, or the /64 of an IPv6 address. */
export function clientNetworkOf(request: Pick<FastifyRequest, 'ip'>): string {
  // A connection that has ended in the meantime has no address, although the type says otherwise.
  const ip: string | undefined = request.ip
  return networkOf(ip ?? 'gone')
}

/** Anything but an IPv6 address stays as it is. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const plain = address.replace(/%.*/, '')
  if (!isIPv6(plain)) return address
  const [left = [], right = []] = plain.split('::').map(groupsOf)
  const zeros = Array.from({ length: Math.max(0, GROUPS - left.length - right.length) }, () => 0)
  const groups = [...left, ...zeros, ...right].slice(0, NETWORK_GROUPS)
  return `${groups.map(group => group.toString(16)).join(':')}::/64`
}

/** The last one may be an IPv4 address, which counts as two groups. */
function groupsOf(text: string): readonly number[] {
  if (text === '') return []
  return text.split(':').flatMap(group => (group.includes('.') ? [0, 0] : [Number.parseInt(group, 16)]))
}
