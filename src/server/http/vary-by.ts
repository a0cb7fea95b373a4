import type { FastifyReply } from 'fastify'

/** Adds a request header to those that the answer depends on, beside what others said before. */
export function varyBy(reply: FastifyReply, name: string): FastifyReply {
  const before = reply.getHeader('vary')
  const names = before === undefined ? [] : String(before).split(', ')
  return reply.header('vary', [...new Set([...names, name])].join(', '))
}
