import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Operation } from '../../contract/operation.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import { attachment } from '../http/content-disposition.ts'
import { sendChunks } from '../http/send-chunks.ts'
import { zipFile } from './zip-file.ts'

/** A log that is to be downloaded. Nothing of it is read until its chunks are asked for. */
interface LogFile {
  /** Without extension. */
  readonly name: string
  readonly changedAtMs: EpochMs
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Sets the headers of a download and answers its bytes: the log, or a .zip file with it (docs/api.md §3). */
export function describeFile(
  reply: FastifyReply,
  { name, changedAtMs, chunks }: LogFile,
  zipped: boolean,
): AsyncIterable<Uint8Array> {
  reply.type('application/octet-stream').header('x-content-type-options', 'nosniff')
  reply.header('content-disposition', attachment(`${name}.${zipped ? 'zip' : 'log'}`))
  return zipped ? zipFile(`${name}.log`, changedAtMs, chunks) : chunks
}

/** GET of a file, and HEAD with the same headers. `prepare` sets them; nothing is read before. */
export function fileRoute<Params, Querystring>(
  app: FastifyInstance,
  operation: Operation,
  prepare: (
    request: FastifyRequest<{ Params: Params; Querystring: Querystring }>,
    reply: FastifyReply,
  ) => Promise<AsyncIterable<Uint8Array>>,
): void {
  const { path, params, query } = operation
  const options = { schema: { params, querystring: query }, config: { operation } } as const
  app.get<{ Params: Params; Querystring: Querystring }>(path, options, async (request, reply) => {
    return sendChunks(reply, await prepare(request, reply))
  })
  app.head<{ Params: Params; Querystring: Querystring }>(path, options, async (request, reply) => {
    await prepare(request, reply)
    return reply.send()
  })
}
