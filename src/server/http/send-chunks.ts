import { once } from 'node:events'
import type { FastifyReply } from 'fastify'
import { reportFailure } from './report-failure.ts'

/**
 * Sends a body of any size, one chunk in flight: the client's pace is the reader's pace, and memory
 * stays flat. The first chunk is read before the head is sent, so that damage at the beginning is
 * still an error answer; damage later breaks the connection off and never ends it cleanly
 * (docs/api.md §3). An empty chunk only checks whether the client is still connected.
 */
export async function sendChunks(
  reply: FastifyReply,
  chunks: AsyncIterable<Uint8Array>,
): Promise<FastifyReply> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first = await iterator.next()
  reply.hijack()
  const response = reply.raw
  try {
    response.writeHead(reply.statusCode, headersOf(reply))
    for (let next = first; !next.done; next = await iterator.next()) {
      if (next.value.length === 0) response.flushHeaders()
      else if (!response.write(next.value)) await drained(response)
      if (response.destroyed) break
    }
    response.end()
  } catch (error) {
    reportFailure(reply.request, reply, error, 'a body broke off')
    response.destroy()
  } finally {
    await iterator.return?.()
  }
  return reply
}

/** Resolves when the response accepts more bytes, or its client is gone. */
export async function drained(response: FastifyReply['raw']): Promise<void> {
  const gone = new AbortController()
  const onClose = () => gone.abort()
  response.once('close', onClose)
  try {
    if (!response.destroyed) await once(response, 'drain', { signal: gone.signal })
  } catch {
    // The client went away: the caller sees `destroyed`.
  } finally {
    response.off('close', onClose)
  }
}

/** The headers set so far, for an answer that is written past the framework. */
export function headersOf(reply: FastifyReply): Record<string, string | number | string[]> {
  const headers = Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined)
  return Object.fromEntries(headers) as Record<string, string | number | string[]>
}
