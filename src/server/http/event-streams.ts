import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { TailraceError } from '../../contract/errors.ts'
import type { ByteOffset } from '../../contract/quantities.ts'
import { queryNumber } from './query-parameters.ts'
import { reportFailure } from './report-failure.ts'
import { drained, headersOf } from './send-chunks.ts'

/** What JSON leaves as it is, and some clients take for the end of a line. */
const OTHER_LINE_ENDS = /[\u0085\u2028\u2029]/g

/**
 * One server-sent event (WHATWG HTML, 9.2.6); the data is one line of JSON, so that no byte of a
 * log can end it early or forge a field.
 */
export function serverSentEvent(event: string, data: unknown, id?: string | number): Buffer {
  const idLine = id === undefined ? '' : `id: ${id}\n`
  const json = JSON.stringify(data).replace(
    OTHER_LINE_ENDS,
    end => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return Buffer.from(`event: ${event}\n${idLine}data: ${json}\n\n`)
}

/**
 * What a stream sends is written when it comes; `signal` aborts when the client is gone, the server
 * stops, or the stream is old.
 */
export type EventSource = (signal: AbortSignal) => AsyncIterable<Uint8Array>

const COMMENT = ': still here\n\n'
const COMMENT_EVERY_MS = 15_000
/** Clients come back after this long. */
const RETRY_MS = 1000
/** Then the client comes back, and its rights are looked at again. */
const STREAM_MAX_MS = 3_600_000

declare module 'fastify' {
  interface FastifyInstance {
    /** The streams that are open. */
    readonly eventStreams: EventStreams
  }
}

/**
 * All streams of server-sent events of a server. They end, between two events, when the server
 * stops.
 */
export class EventStreams {
  readonly #open = new Set<AbortController>()
  #stopping = false

  constructor(app: FastifyInstance) {
    app.addHook('preClose', async () => {
      this.#stopping = true
      for (const stop of this.#open) stop.abort()
    })
  }

  /**
   * Sends events at the client's pace, one in flight, and a comment every 15 seconds (docs/api.md
   * §5). A failure breaks the connection off.
   */
  async send(reply: FastifyReply, events: EventSource): Promise<FastifyReply> {
    const response = reply.raw
    reply.type('text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no')
    reply.header('connection', 'close').hijack()
    const stop = new AbortController()
    if (this.#stopping) stop.abort()
    this.#open.add(stop)
    response.once('close', () => stop.abort())
    const comments = setInterval(() => {
      if (!response.writableNeedDrain) response.write(COMMENT)
    }, COMMENT_EVERY_MS)
    const age = setTimeout(() => stop.abort(), STREAM_MAX_MS)
    try {
      response.writeHead(200, headersOf(reply)).write(`retry: ${RETRY_MS}\n\n`)
      for await (const event of events(stop.signal)) {
        if (!response.write(event)) await drained(response)
        if (response.destroyed) break
      }
      response.end()
    } catch (error) {
      reportFailure(reply.request, reply, error, 'a stream of events broke off')
      response.destroy()
    } finally {
      clearInterval(comments)
      clearTimeout(age)
      this.#open.delete(stop)
    }
    return reply
  }
}

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
