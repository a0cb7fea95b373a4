import type { FastifyReply } from 'fastify'
import type { EpochMs } from '../../contract/quantities.ts'
import { zipFile } from './zip-file.ts'

/** A log that is to be downloaded. Nothing of it is read until its chunks are asked for. */
interface LogFile {
  /** Without extension. */
  readonly name: string
  readonly changedAtMs: EpochMs
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * Sets the headers of a download and answers its bytes: the log, or a .zip file with it
 * (docs/api.md §3).
 */
export function describeFile(
  reply: FastifyReply,
  { name, changedAtMs, chunks }: LogFile,
  zipped: boolean,
): AsyncIterable<Uint8Array> {
  reply.type('application/octet-stream').header('x-content-type-options', 'nosniff')
  reply.header('content-disposition', attachment(`${name}.${zipped ? 'zip' : 'log'}`))
  return zipped ? zipFile(`${name}.log`, changedAtMs, chunks) : chunks
}

/**
 * `Content-Disposition` for a download: a plain filename that cannot break out of its quotes, and
 * the exact one as RFC 6266 writes it.
 */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^A-Za-z0-9._-]/g, '_')
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
