import type { FastifyReply } from 'fastify'
import type { EpochMs } from '../../contract/quantities.ts'
import { attachment } from '../http/content-disposition.ts'
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
