import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { TailraceError } from '../../contract/errors.ts'

/** A request's body, read at most once, as authentication by signature needs it before the route does. */
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

  /** The whole body; rejects with `too-large` past the limit, `store-unavailable` when too many bodies are held. */
  bytes(): Promise<Buffer> {
    this.#bytes ??= readWhole(chunksOf(this.#request), this.#maxBytes, this.#take)
    return this.#bytes
  }

  /** The bytes, if somebody read them. */
  get read(): Promise<Buffer> | undefined {
    return this.#bytes
  }

  /** SHA-256 of the body in hexadecimal digits. */
  sha256 = async (): Promise<string> =>
    createHash('sha256')
      .update(await this.bytes())
      .digest('hex')
}

/** The body's chunks; a consumer that stops early leaves the connection whole, so that the refusal can be sent. */
export function chunksOf(body: Readable): AsyncIterable<Buffer> {
  return body.iterator({ destroyOnReturn: false })
}

/** Reads a body to its end. Rejects with `too-large` past `maxBytes`, as `take` does, and when the connection breaks off before. */
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

/** Counts bytes of a body as they arrive. Throws `store-unavailable` when requests hold too many already. */
export type TakeBytes = (bytes: number) => void

/** An amount of memory that requests share for bodies which they must hold whole. Who only announces many bytes holds none. */
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
        throw new TailraceError('store-unavailable', 'Too many bodies are under way: send it again.')
      this.#heldBytes += bytes
      heldBytes += bytes
    }
  }
}
