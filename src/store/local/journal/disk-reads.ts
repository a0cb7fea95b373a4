import { type OpenFile, readFully } from './file-layer.ts'

/**
 * Reads of segments, few at a time and in the order in which they were asked for: the threads that read are those that
 * write and sync.
 */
export class DiskReads {
  readonly #idle: Buffer[]
  readonly #waiting: ((buffer: Buffer) => void)[] = []

  /** At most `count` reads at once, of at most `maxBytes` each. */
  constructor(count: number, maxBytes: number) {
    this.#idle = Array.from({ length: count }, () => Buffer.allocUnsafeSlow(maxBytes))
  }

  /** Hands the bytes to `use`, which must take what it needs in the same turn. Rejects with what the file layer says. */
  async read(file: OpenFile, position: number, length: number, use: (bytes: Buffer) => void): Promise<void> {
    const buffer = this.#idle.pop() ?? (await new Promise<Buffer>(resolve => this.#waiting.push(resolve)))
    try {
      const bytes = buffer.subarray(0, length)
      await readFully(file, bytes, position)
      use(bytes)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#idle.push(buffer)
      else next(buffer)
    }
  }
}
