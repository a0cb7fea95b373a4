import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { TailraceError } from '../../contract/errors.ts'

/**
 * A request's body, read at most once: authentication by signature needs it before the route does.
 */
export class ReceivedBody {
  readonly #request: IncomingMessage
  readonly #maxBytes: number
  readonly #take: TakeBytes
  #bytes: Promise<Buffer> | undefined

  constructor(request: IncomingMessage, maxBytes: number, take: TakeBytes) {
    this.#request = request
    this.#maxBytes = maxBytes
    this.#take = take
  }

  /**
   * The whole body. Rejects with `too-large` past the limit, and with `store-unavailable` when
   * requests hold too many bodies.
   */
  bytes(): Promise<Buffer> {
    this.#bytes ??= readWhole(chunksOf(this.#request), this.#maxBytes, this.#take)
    return this.#bytes
  }

  /** The bytes, if they were read. */
  get read(): Promise<Buffer> | undefined {
    return this.#bytes
  }

  /** SHA-256 of the body in hexadecimal digits. */
  sha256 = async (): Promise<string> =>
    createHash('sha256')
      .update(await this.bytes())
      .digest('hex')
}

/**
 * The body's chunks. If a consumer stops early, the connection stays open, so that an error can be
 * sent.
 */
export function chunksOf(body: Readable): AsyncIterable<Buffer> {
  return body.iterator({ destroyOnReturn: false })
}

/**
 * Reads a body to its end. Rejects with `too-large` past `maxBytes`, as `take` throws, and when the
 * connection is lost.
 */
export async function readWhole(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
  take: TakeBytes,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new TailraceError('too-large', `The body is larger than ${maxBytes} bytes.`)
    take(chunk.length)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes)
}

/**
 * Counts bytes of a body as they arrive. Throws `store-unavailable` when requests hold too many.
 */
export type TakeBytes = (bytes: number) => void

/**
 * An amount of memory that requests share for bodies that they must hold whole. Bytes count once
 * they have arrived, not when they are announced.
 */
export class ByteBudget {
  readonly #maxBytes: number
  #heldBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** For one request. Its share is released when its answer is sent or its connection closes. */
  forAnswer(response: ServerResponse): TakeBytes {
    let heldBytes = 0
    response.once('close', () => {
      this.#heldBytes -= heldBytes
    })
    return bytes => {
      if (this.#heldBytes + bytes > this.#maxBytes)
        throw new TailraceError(
          'store-unavailable',
          'The server holds too many request bodies: send it again later.',
        )
      this.#heldBytes += bytes
      heldBytes += bytes
    }
  }
}
