/**
 * Yields what `source` yields, joined to pieces of up to about `maxBytes`: while the consumer works on one piece the
 * next is gathered, so that many small arrivals cost one append. Empty pieces are left out; a failure of the source comes after everything that it
 * gave before.
 */
export async function* coalesce(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const gathered = new Gathering(maxBytes)
  const pumping = gathered.pump(source)
  // Its failure is seen below, after what came before it; until then nobody awaits it.
  pumping.catch(() => {})
  try {
    for (let piece = await gathered.take(); piece !== undefined; piece = await gathered.take()) yield piece
  } finally {
    gathered.stop()
  }
  await pumping
}

class Gathering {
  readonly #maxBytes: number
  #pieces: Uint8Array[] = []
  #bytes = 0
  #ended = false
  #wakeTaker = () => {}
  #wakePump = () => {}

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  async pump(source: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const piece of source) {
        if (this.#ended) return
        if (piece.length > 0) await this.#add(piece)
      }
    } finally {
      this.stop()
    }
  }

  async take(): Promise<Uint8Array | undefined> {
    while (this.#bytes === 0 && !this.#ended) {
      await new Promise<void>(resolve => {
        this.#wakeTaker = resolve
      })
    }
    if (this.#bytes === 0) return undefined
    const joined = join(this.#pieces, this.#bytes)
    this.#pieces = []
    this.#bytes = 0
    this.#wakePump()
    return joined
  }

  stop(): void {
    this.#ended = true
    this.#wakeTaker()
    this.#wakePump()
  }

  async #add(piece: Uint8Array): Promise<void> {
    this.#pieces.push(piece)
    this.#bytes += piece.length
    this.#wakeTaker()
    while (this.#bytes >= this.#maxBytes && !this.#ended) {
      await new Promise<void>(resolve => {
        this.#wakePump = resolve
      })
    }
  }
}

function join(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!
  const joined = new Uint8Array(bytes)
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
