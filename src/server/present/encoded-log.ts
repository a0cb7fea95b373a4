import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { constants, createGzip, zstdCompress } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { BuildCatalog } from '../../core/ports/build-catalog.ts'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'
import type { PackStore } from '../../core/ports/pack-store.ts'
import type { LogReader } from '../../core/read/reader/log-reader.ts'
import { readStoredLog } from '../../core/read/reader/read-stored-log.ts'
import { chooseEncoding, type Encoding, varyBy } from '../http/content-negotiation.ts'

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

/**
 * The best encoding of this log that the route offers and the client accepts; an empty log is not
 * encoded.
 */
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

const compressZstd = promisify(zstdCompress)
/** The level for bytes that are compressed only to be sent. */
const SEND_LEVEL = 1

/** One zstd frame of these bytes. */
async function zstdFrame(bytes: Uint8Array): Promise<Uint8Array> {
  const chunkSize = Math.max(1024, bytes.length)
  return compressZstd(bytes, { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: SEND_LEVEL } })
}

/**
 * The chunks as one gzip member. Clients cut a second member off without a word, so there must be
 * only one.
 */
function gzipMember(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gzip = createGzip({ level: SEND_LEVEL, chunkSize: 64 * 1024 })
  const source = Readable.from(chunks, { objectMode: false })
  source.on('error', error => gzip.destroy(error))
  gzip.on('close', () => source.destroy())
  return source.pipe(gzip)
}
