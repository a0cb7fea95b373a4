import type { ServerResponse } from 'node:http'
import { TailraceError } from '../../contract/errors.ts'

/** Counts bytes of a body as they arrive. Throws `store-unavailable` when requests hold too many already. */
export type TakeBytes = (bytes: number) => void

/** An amount of memory that requests share for bodies which they must hold whole. Who only announces many bytes holds none. */
export class ByteBudget {
  readonly #maxBytes: number
  #heldBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** For one request; what it takes is free again when its answer is sent or its connection ends. */
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
