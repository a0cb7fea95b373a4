import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { BuildCatalog } from '../../core/ports/build-catalog.ts'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'
import type { PackStore } from '../../core/ports/pack-store.ts'
import type { LogReader } from '../../core/read/reader/log-reader.ts'
import { readStoredLog } from '../../core/read/reader/read-stored-log.ts'
import { chooseEncoding, type Encoding } from '../http/accept-encoding.ts'
import { gzipMember, zstdFrame } from '../http/compress.ts'
import { varyBy } from '../http/vary-by.ts'

/** What routes need that send a log's bytes. */
export interface LogBodyPorts {
  readonly builds: BuildCatalog
  readonly reader: LogReader
  readonly frames: FrameCatalog
  readonly packs: PackStore
  /** Whether stored zstd is sent to clients that accept it. */
  readonly sendZstd: boolean
}

export interface LogBody {
  readonly log: LogId
  readonly head: ByteOffset
  /** What the route offers, best first. */
  readonly encodings: readonly Encoding[]
}

/** The best encoding of this log that the route offers and the client accepts; an empty log is not encoded. */
export function encodingFor(
  ports: LogBodyPorts,
  { head, encodings }: LogBody,
  request: FastifyRequest,
): Encoding {
  const header = request.headers['accept-encoding']
  const offered = encodings.filter(one => head > 0 && (one !== 'zstd' || ports.sendZstd))
  return chooseEncoding(Array.isArray(header) ? header.join(',') : header, offered)
}

/** Sets the headers of a whole log in its best encoding, which it answers. */
export function describeBody(
  ports: LogBodyPorts,
  body: LogBody,
  request: FastifyRequest,
  reply: FastifyReply,
): Encoding {
  const encoding = encodingFor(ports, body, request)
  varyBy(reply, 'Accept-Encoding')
  if (encoding === 'identity') reply.header('content-length', body.head)
  else reply.header('content-encoding', encoding)
  return encoding
}

/** The log's bytes below `head`, encoded. */
export function encodeLog(
  ports: LogBodyPorts,
  { log, head }: LogBody,
  encoding: Encoding,
): AsyncIterable<Uint8Array> {
  if (encoding === 'zstd') return readStoredLog({ ...ports, compress: zstdFrame }, log, head)
  const bytes = ports.reader.read(log, 0, head)
  return encoding === 'gzip' ? gzipMember(bytes) : bytes
}
