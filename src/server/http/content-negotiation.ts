import type { FastifyReply } from 'fastify'

export type Encoding = 'zstd' | 'gzip' | 'identity'

/**
 * The first of the offered encodings that the client accepts by name with a weight above 0 (RFC
 * 9110 §12.5.3).
 */
export function chooseEncoding(header: string | undefined, offered: readonly Encoding[]): Encoding {
  const accepted = new Set(
    (header ?? '')
      .toLowerCase()
      .split(',')
      .map(item => item.split(';').map(part => part.trim()))
      .filter(([, weight]) => weight === undefined || !/^q=0(\.0{0,3})?$/.test(weight))
      .map(([coding]) => coding),
  )
  return offered.find(coding => accepted.has(coding)) ?? 'identity'
}

/** Adds a request header to the `Vary` of the answer. */
export function varyBy(reply: FastifyReply, name: string): FastifyReply {
  const before = reply.getHeader('vary')
  const names = before === undefined ? [] : String(before).split(', ')
  return reply.header('vary', [...new Set([...names, name])].join(', '))
}
