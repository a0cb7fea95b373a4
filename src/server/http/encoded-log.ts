import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ByteOffset } from '../../contract/quantities.ts'
import type { BuildCatalog } from '../../core/ports/build-catalog.ts'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'
import type { LogId } from '../../core/ports/journal.ts'
import type { PackStore } from '../../core/ports/pack-store.ts'
import type { LogReader } from '../../core/read/log-reader.ts'
import { readStoredLog } from '../../core/read/read-stored-log.ts'
import { chooseEncoding, type Encoding } from './accept-encoding.ts'
import { gzipMember, zstdFrame } from './compress.ts'

/** What routes need that send a log's bytes. */
export interface LogBodyPorts {
  readonly builds: BuildCatalog
  readonly reader: LogReader
  readonly frames: FrameCatalog
  readonly packs: PackStore
  /** Whether stored zstd is sent to clients that accept it. */
  readonly sendZstd: boolean
}

interface LogBody {
  readonly log: LogId
  readonly head: ByteOffset
  /** What the route offers, best first. */
  readonly encodings: readonly Encoding[]
}

/** The encoding of a whole log for this client; a route that offers any sets Vary. */
export function encodingFor(
  ports: LogBodyPorts,
  offered: readonly Encoding[],
  request: FastifyRequest,
): Encoding {
  const header = request.headers['accept-encoding']
  return chooseEncoding(
    Array.isArray(header) ? header.join(',') : header,
    offered.filter(one => one !== 'zstd' || ports.sendZstd),
  )
}

/** The log's bytes below `head` in the best encoding that the client accepts; sets the headers that say so. */
export function encodedLog(
  ports: LogBodyPorts,
  body: LogBody,
  request: FastifyRequest,
  reply: FastifyReply,
): AsyncIterable<Uint8Array> {
  const encoding = encodingFor(ports, body.encodings, request)
  reply.header('vary', 'Accept-Encoding')
  if (encoding === 'identity') reply.header('content-length', body.head)
  else reply.header('content-encoding', encoding)
  return encodeLog(ports, body.log, body.head, encoding)
}

function encodeLog(
  ports: LogBodyPorts,
  log: LogId,
  head: ByteOffset,
  encoding: Encoding,
): AsyncIterable<Uint8Array> {
  if (encoding === 'zstd' && head > 0) return readStoredLog({ ...ports, compress: zstdFrame }, log, head)
  const bytes = ports.reader.read(log, 0, head)
  return encoding === 'gzip' ? gzipMember(bytes) : bytes
}
