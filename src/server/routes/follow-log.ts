import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { StepLogParams } from '../../contract/operations/append-log.ts'
import {
  type FollowLogQuery,
  type LogEndEventData,
  type LogEventData,
  followLog as operation,
} from '../../contract/operations/follow-log.ts'
import type { ByteOffset } from '../../contract/quantities.ts'
import { type FollowPorts, followLog } from '../../core/follow/follow-log.ts'
import type { LogPiece } from '../../core/follow/log-piece.ts'
import { SharedPieces } from '../../core/follow/shared-pieces.ts'
import type { Step } from '../../core/ports/build-catalog.ts'
import { requireReadableStep } from '../../core/read/find-step.ts'
import { isFinished } from '../../core/read/is-finished.ts'
import type { LogReader } from '../../core/read/log-reader.ts'
import { type EventStreams, serverSentEvent } from '../http/event-streams.ts'
import { principalOf } from '../http/guard-routes.ts'
import { lastEventOffset } from '../http/last-event-id.ts'
import { queryNumber, queryStepId } from '../http/query-number.ts'

interface Route {
  Params: StepLogParams
  Querystring: FollowLogQuery
}

export function followLogRoute(
  app: FastifyInstance,
  stores: Omit<FollowPorts, 'pieces'>,
  streams: EventStreams,
): void {
  const ports = { ...stores, pieces: new SharedPieces(stores.reader) }
  const schema = { params: operation.params, querystring: operation.query }
  app.get<Route>(operation.path, { schema, config: { access: 'read' } }, async (request, reply) => {
    const { from, resumed } = beginning(request)
    const stepId = queryStepId(request.params.step_id)
    const { record_id: recordId } = request.params
    const step = await requireReadableStep(ports, principalOf(request), { recordId }, stepId)
    if (resumed && isFinished(step) && from >= (await endOf(ports.reader, step)))
      return reply.code(204).send()
    return streams.send(reply, signal => logEvents(ports, step, from, signal))
  })
}

/** Where to begin, and whether the client has seen what lies before: it names an event, or a byte that is not the first. */
function beginning(request: FastifyRequest<Route>): {
  readonly from: ByteOffset
  readonly resumed: boolean
} {
  const last = lastEventOffset(request)
  const from = last ?? queryNumber('from', request.query.from ?? '0')
  return { from, resumed: last !== undefined || from > 0 }
}

async function endOf(reader: LogReader, { log, sizeBytes }: Step): Promise<ByteOffset> {
  return sizeBytes ?? reader.head(log)
}

async function* logEvents(
  ports: FollowPorts,
  step: Step,
  from: ByteOffset,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const pieces = followLog(ports, step, from, signal)
  let next = await pieces.next()
  try {
    for (; !next.done; next = await pieces.next()) yield logEvent(next.value)
  } finally {
    await pieces.return(undefined)
  }
  if (next.value === undefined) return
  const size = await endOf(ports.reader, next.value)
  const { sha256 = null, outcome = 'SKIPPED' } = next.value
  const end: LogEndEventData = { size, sha256, status: outcome }
  yield serverSentEvent('end', end, size)
}

const encoded = new WeakMap<LogPiece, Uint8Array>()

/** Encoded once for all followers that share a piece. */
function logEvent(piece: LogPiece): Uint8Array {
  const known = encoded.get(piece)
  if (known !== undefined) return known
  const { start, end, text }: LogEventData = piece
  const event = serverSentEvent('log', { start, end, text }, end)
  encoded.set(piece, event)
  return event
}
