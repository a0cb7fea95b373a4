import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { TerminalText } from '../../text/terminal-text.ts'
import { OutputClosed } from './process-end.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Whether to print colors: on a terminal that has them, unless NO_COLOR is set
 * (https://no-color.org).
 */
function wantsColors(stream: Partial<Pick<WriteStream, 'isTTY'>>, env: Environment): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

/**
 * Prints the text of logs: unchanged to a pipe or a file, as `TerminalText` to a terminal unless
 * `raw` is set. Each method resolves when there is room for more, and rejects with `OutputClosed`
 * when the reader is gone.
 */
export class LogOutput {
  readonly #stream: Writable & Partial<Pick<WriteStream, 'isTTY'>>
  readonly #terminal: TerminalText | undefined
  #decoder = newDecoder()

  constructor(
    stream: Writable & Partial<Pick<WriteStream, 'isTTY'>>,
    env: Environment,
    options: { readonly raw?: boolean } = {},
  ) {
    this.#stream = stream
    const safe = stream.isTTY === true && !options.raw
    this.#terminal = safe ? new TerminalText({ colors: wantsColors(stream, env) }) : undefined
  }

  write(chunk: Uint8Array | string): Promise<void> {
    if (this.#terminal === undefined) return this.#send(chunk)
    const text = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true })
    return this.#send(this.#terminal.push(text))
  }

  /** Ends one log. Another may follow. */
  async end(): Promise<void> {
    if (this.#terminal === undefined) return
    await this.#send(this.#terminal.push(this.#decoder.decode()) + this.#terminal.end())
    this.#decoder = newDecoder()
  }

  async #send(chunk: Uint8Array | string): Promise<void> {
    const stream = this.#stream
    if (stream.errored != null || stream.destroyed) throw new OutputClosed()
    if (chunk.length === 0 || stream.write(chunk)) return
    const heard = new AbortController()
    const { signal } = heard
    try {
      await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })])
    } catch {
      throw new OutputClosed()
    } finally {
      heard.abort()
    }
  }
}

function newDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true })
}
