import type { FastifyRequest } from 'fastify'
import { TailraceError } from '../../contract/errors.ts'
import type { ByteOffset } from '../../contract/quantities.ts'
import { queryNumber } from './query-number.ts'

/** The id of the last event that a resuming client saw (WHATWG HTML, 9.2.4). */
export function lastEventId(request: FastifyRequest): string | undefined {
  const id = request.headers['last-event-id']
  return Array.isArray(id) ? id.join() : id
}

/** The same where ids are offsets. Throws `invalid-parameter` for anything else. */
export function lastEventOffset(request: FastifyRequest): ByteOffset | undefined {
  const id = lastEventId(request)
  if (id === undefined) return undefined
  if (!/^[0-9]{1,16}$/.test(id))
    throw new TailraceError('invalid-parameter', 'Last-Event-ID must be the id of an event of this log.')
  return queryNumber('Last-Event-ID', id)
}
