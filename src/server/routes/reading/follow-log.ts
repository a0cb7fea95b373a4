import type { FastifyInstance } from 'fastify'
import {
  type LogEndEventData,
  type LogEventData,
  followLog as operation,
} from '../../../contract/operations/reading/follow-log.ts'
import type { ByteOffset } from '../../../contract/quantities.ts'
import { requireReadableStep } from '../../../core/access/authorize.ts'
import { type FollowPorts, followLog } from '../../../core/follow/follow-log.ts'
import type { LogChunk } from '../../../core/follow/log-chunk.ts'
import { SharedChunks } from '../../../core/follow/shared-chunks.ts'
import type { Step } from '../../../core/ports/build-catalog.ts'
import type { LogReader } from '../../../core/read/reader/log-reader.ts'
import { isFinished } from '../../../core/read/snapshot-log.ts'
import { lastEventOffset, serverSentEvent } from '../../http/event-streams.ts'
import { queryNumber, queryStepId } from '../../http/query-parameters.ts'
import { type ServedRequest, serve } from '../../http/serve.ts'

export function followLogRoute(app: FastifyInstance, stores: Omit<FollowPorts, 'chunks'>): void {
  const ports = { ...stores, chunks: new SharedChunks(stores.reader) }
  serve(app, operation, async (request, reply) => {
    const { who, params } = request
    const { from, resumed } = beginning(request)
    const stepId = queryStepId(params.step_id)
    const step = await requireReadableStep(ports, who, { recordId: params.record_id }, stepId)
    if (resumed && isFinished(step) && from >= (await endOf(ports.reader, step))) {
      reply.code(204)
      return undefined
    }
    return signal => logEvents(ports, step, from, signal)
  })
}

/**
 * Where to begin, and whether the client resumes: it names an event, or a byte that is not the
 * first.
 */
function beginning({ query, received }: ServedRequest<typeof operation>): {
  readonly from: ByteOffset
  readonly resumed: boolean
} {
  const last = lastEventOffset(received)
  const from = last ?? queryNumber('from', query.from ?? '0')
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
  const chunks = followLog(ports, step, from, signal)
  let next = await chunks.next()
  try {
    for (; !next.done; next = await chunks.next()) yield logEvent(next.value)
  } finally {
    await chunks.return(undefined)
  }
  if (next.value === undefined) return
  const size = await endOf(ports.reader, next.value)
  const { sha256 = null, outcome = 'SKIPPED' } = next.value
  const end: LogEndEventData = { size, sha256, status: outcome }
  yield serverSentEvent('end', end, size)
}

const encoded = new WeakMap<LogChunk, Uint8Array>()

/** Encoded once for all followers that share a chunk. */
function logEvent(chunk: LogChunk): Uint8Array {
  const known = encoded.get(chunk)
  if (known !== undefined) return known
  const { start, end, text }: LogEventData = chunk
  const event = serverSentEvent('log', { start, end, text }, end)
  encoded.set(chunk, event)
  return event
}
