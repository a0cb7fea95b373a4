import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../contract/errors.ts'
import { KIB, MIB } from '../../contract/quantities.ts'

/** All answers together that are whole in memory and wait for slow clients. */
const UNSENT_MAX_BYTES = 256 * MIB
/** Smaller ones fit in the connection's own buffers. */
const LARGE_ANSWER_BYTES = 64 * KIB

/**
 * Rejects requests with `store-unavailable` while too many large answers wait in memory for their
 * clients to read them.
 */
export function boundUnsentAnswers(app: FastifyInstance): void {
  let unsentBytes = 0
  app.addHook('onRequest', async () => {
    if (unsentBytes > UNSENT_MAX_BYTES)
      throw new TailraceError('store-unavailable', 'Too many answers wait for their clients to read them.')
  })
  app.addHook('onSend', async (_request, reply, payload) => {
    const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0
    if (bytes > LARGE_ANSWER_BYTES) {
      unsentBytes += bytes
      reply.raw.once('close', () => {
        unsentBytes -= bytes
      })
    }
    return payload
  })
}
