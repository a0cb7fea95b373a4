/**
 * Yields the bytes of `source` in chunks of about `maxBytes` at most. While the consumer works on
 * one chunk, the next is gathered, so that many small arrivals cost one append. No chunk is empty.
 * If the source fails, everything that it yielded before comes first.
 */
export async function* coalesce(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const gathered = new Gathering(maxBytes)
  const pumping = gathered.pump(source)
  // A failure is rethrown below, after the bytes that came before it. Until then nobody awaits it.
  pumping.catch(() => {})
  try {
    for (let chunk = await gathered.take(); chunk !== undefined; chunk = await gathered.take()) yield chunk
  } finally {
    gathered.stop()
  }
  await pumping
}

class Gathering {
  readonly #maxBytes: number
  #chunks: Uint8Array[] = []
  #bytes = 0
  #ended = false
  #wakeTaker = () => {}
  #wakePump = () => {}

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  async pump(source: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of source) {
        if (this.#ended) return
        if (chunk.length > 0) await this.#add(chunk)
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
    const joined = join(this.#chunks, this.#bytes)
    this.#chunks = []
    this.#bytes = 0
    this.#wakePump()
    return joined
  }

  stop(): void {
    this.#ended = true
    this.#wakeTaker()
    this.#wakePump()
  }

  async #add(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    this.#wakeTaker()
    while (this.#bytes >= this.#maxBytes && !this.#ended) {
      await new Promise<void>(resolve => {
        this.#wakePump = resolve
      })
    }
  }
}

function join(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!
  const joined = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    joined.set(chunk, at)
    at += chunk.length
  }
  return joined
}
