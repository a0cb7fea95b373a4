import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { TailraceError } from '../../contract/errors.ts'
import {
  CHECKSUM_ALGORITHMS,
  TUS_VERSION,
  UPLOAD_MEDIA_TYPE,
} from '../../contract/operations/writing/append-log.ts'
import { type ByteOffset, MAX_INTEGER } from '../../contract/quantities.ts'

/**
 * What an upload's headers must be before its body is looked at: tus 1.0.0 and its media type.
 * Throws `tus-version` or `media-type`.
 */
export function assertUpload(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('tus-resumable', TUS_VERSION).header('tus-version', TUS_VERSION)
  if (request.headers['tus-resumable'] !== TUS_VERSION) throw wrongVersion()
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() !== UPLOAD_MEDIA_TYPE)
    throw new TailraceError('media-type', `The Content-Type of an append is ${UPLOAD_MEDIA_TYPE}.`)
}

/** HEAD serves tus clients and others. Throws `tus-version` for a version that is not ours. */
export function assertTusVersionIfGiven(request: FastifyRequest): void {
  if ((request.headers['tus-resumable'] ?? TUS_VERSION) !== TUS_VERSION) throw wrongVersion()
}

function wrongVersion(): TailraceError {
  return new TailraceError('tus-version', `Uploads need the header Tus-Resumable: ${TUS_VERSION}.`)
}

/** Upload-Offset. Throws `invalid-parameter`. */
export function uploadOffset(request: FastifyRequest): ByteOffset {
  const text = request.headers['upload-offset']
  if (typeof text !== 'string' || !/^[0-9]{1,16}$/.test(text) || Number(text) > MAX_INTEGER)
    throw new TailraceError('invalid-parameter', 'Upload-Offset must be a number of bytes.')
  return Number(text)
}

export interface UploadChecksum {
  readonly algorithm: string
  readonly digest: Buffer
}

/** Upload-Checksum, `ALGORITHM BASE64`, where it is given. Throws `invalid-parameter`. */
export function uploadChecksum(request: FastifyRequest): UploadChecksum | undefined {
  const header = request.headers['upload-checksum']
  if (header === undefined) return undefined
  const [algorithm = '', base64 = '', ...rest] = String(header).trim().split(/\s+/)
  if (rest.length > 0 || !(CHECKSUM_ALGORITHMS as readonly string[]).includes(algorithm))
    throw new TailraceError(
      'invalid-parameter',
      `Upload-Checksum must be one of ${CHECKSUM_ALGORITHMS.join(', ')} and a digest.`,
    )
  const digest = Buffer.from(base64, 'base64')
  if (digest.toString('base64') !== base64 || digest.length !== createHash(algorithm).digest().length)
    throw new TailraceError(
      'invalid-parameter',
      `Upload-Checksum is not a valid ${algorithm} digest in base64.`,
    )
  return { algorithm, digest }
}

/** Throws `checksum-mismatch` unless the bytes have this checksum. */
export function assertChecksum(bytes: Uint8Array, { algorithm, digest }: UploadChecksum): void {
  if (!createHash(algorithm).update(bytes).digest().equals(digest))
    throw new TailraceError(
      'checksum-mismatch',
      'The body is not what its Upload-Checksum says; nothing was stored.',
    )
}
