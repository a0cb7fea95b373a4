import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isTailraceError, TailraceError } from '../../../contract/errors.ts'
import { readRawLog as operation } from '../../../contract/operations/reading/read-raw-log.ts'
import { TUS_VERSION } from '../../../contract/operations/writing/append-log.ts'
import type { Step } from '../../../core/ports/build-catalog.ts'
import { type LogSnapshot, snapshotLog } from '../../../core/read/snapshot-log.ts'
import { type ByteRange, byteRange } from '../../http/byte-range.ts'
import { type Encoding, varyBy } from '../../http/content-negotiation.ts'
import { queryStepId } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { assertTusVersionIfGiven } from '../../http/tus.ts'
import { describeBody, encodeLog, encodingFor, type LogBodyPorts } from '../../present/encoded-log.ts'

const ENCODINGS: readonly Encoding[] = ['zstd', 'gzip']

/**
 * GET and HEAD of a step's log (docs/api.md §5); HEAD also reports the offset of an upload (tus
 * 1.0).
 */
export function readRawLogRoute(app: FastifyInstance, ports: LogBodyPorts): void {
  serve(app, operation, async ({ who, params, isHead, received }, reply) => {
    if (isHead) assertTusVersionIfGiven(received)
    const snapshot = await snapshotLog(ports, who, params.record_id, queryStepId(params.step_id))
    return isHead
      ? describeUpload(ports, snapshot, received, reply)
      : readBytes(ports, snapshot, received, reply)
  })
}

/** The bytes that the request asks for; undefined when the client has them already. */
function readBytes(
  ports: LogBodyPorts,
  { step, head }: LogSnapshot,
  request: FastifyRequest,
  reply: FastifyReply,
): AsyncIterable<Uint8Array> | undefined {
  const body = { log: step.log, head, encodings: ENCODINGS }
  describe(step, encodingFor(ports, body, request), reply)
  assertMatch(request, reply)
  if (isFresh(request, reply)) {
    reply.code(304)
    return undefined
  }
  const range = wantedRange(request, reply, step, head)
  if (range === undefined) return encodeLog(ports, body, describeBody(ports, body, request, reply))
  describe(step, 'identity', reply)
  reply.code(206).header('content-length', range.to - range.from)
  const length = step.state === 'sealed' ? head : '*'
  reply.header('content-range', `bytes ${range.from}-${range.to - 1}/${length}`)
  return ports.reader.read(step.log, range.from, range.to)
}

/** Sets the headers of the answer to HEAD. */
function describeUpload(
  ports: LogBodyPorts,
  { step, head }: LogSnapshot,
  request: FastifyRequest,
  reply: FastifyReply,
): undefined {
  const body = { log: step.log, head, encodings: ENCODINGS }
  describe(step, describeBody(ports, body, request, reply), reply)
  reply.header('tus-resumable', TUS_VERSION).header('upload-offset', head).header('cache-control', 'no-store')
  if (step.state === 'sealed') reply.header('upload-length', head)
  else reply.header('upload-defer-length', 1)
}

/** Sets what is true of the answer whatever part of it is sent. */
function describe({ sha256 }: Step, encoding: Encoding, reply: FastifyReply): void {
  reply.type('application/octet-stream').header('x-content-type-options', 'nosniff')
  varyBy(reply, 'Accept-Encoding').header('accept-ranges', 'bytes')
  if (sha256 === undefined) reply.header('cache-control', 'no-store')
  else reply.header('etag', etag(sha256, encoding))
}

/** Strong: the bytes of a sealed log never change; each encoding has its own. */
function etag(sha256: string, encoding: Encoding): string {
  return encoding === 'identity' ? `"${sha256}"` : `"${sha256}-${encoding}"`
}

/**
 * If-Match (RFC 9110 §13.1.1): the log as the client knows it, or no answer. Throws
 * `precondition-failed`.
 */
function assertMatch(request: FastifyRequest, reply: FastifyReply): void {
  const wanted = request.headers['if-match']?.trim()
  if (wanted === undefined || wanted === '*') return
  const own = reply.getHeader('etag')
  if (!wanted.split(',').some(one => one.trim() === own))
    throw new TailraceError('precondition-failed', 'The log is not the one that If-Match names.')
}

function isFresh(request: FastifyRequest, reply: FastifyReply): boolean {
  const own = reply.getHeader('etag')
  const known = request.headers['if-none-match']
  if (own === undefined || known === undefined) return false
  return known.trim() === '*' || known.split(',').some(one => one.trim().replace(/^W\//, '') === own)
}

/**
 * The range to answer. Ranges are of the identity encoding; `If-Range` with anything but its strong
 * ETag makes it the whole (RFC 9110 §13.1.5).
 */
function wantedRange(
  request: FastifyRequest,
  reply: FastifyReply,
  { sha256 }: Step,
  head: number,
): ByteRange | undefined {
  const condition = request.headers['if-range']
  if (condition !== undefined && (sha256 === undefined || condition !== etag(sha256, 'identity')))
    return undefined
  try {
    return byteRange(request.headers.range, head)
  } catch (error) {
    if (isTailraceError(error, 'range-not-satisfiable')) reply.header('content-range', `bytes */${head}`)
    throw error
  }
}
