import { byteText } from './text.ts'

const REDRAW_MS = 100
const CLEAR_LINE = '\r\u001b[K'

type Terminal = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>

/** The progress of a transfer, as one line on a terminal. Writes nothing to pipes and files. */
export class TransferProgress {
  readonly #terminal: Terminal | undefined
  readonly #label: string
  readonly #totalBytes: number | undefined
  readonly #now: () => number
  readonly #beganMs: number
  #beganBytes: number | undefined
  #bytes = 0
  #drawnMs = Number.NEGATIVE_INFINITY

  constructor(stream: Terminal, label: string, totalBytes?: number, now: () => number = Date.now) {
    this.#terminal = stream.isTTY === true ? stream : undefined
    this.#label = label
    this.#totalBytes = totalBytes
    this.#now = now
    this.#beganMs = now()
  }

  /** Shows that `bytes` bytes are done. The bytes of the first call do not count for the rate. */
  at(bytes: number): void {
    if (this.#terminal === undefined) return
    this.#beganBytes ??= bytes
    const nowMs = this.#now()
    if (nowMs - this.#drawnMs < REDRAW_MS) return
    this.#drawnMs = nowMs
    shown = this
    const seconds = (nowMs - this.#beganMs) / 1000
    const rate = seconds > 0 ? `  ${byteText((bytes - this.#beganBytes) / seconds)}/s` : ''
    const total = this.#totalBytes
    const share = total === undefined || total === 0 ? '' : ` ${Math.floor((bytes / total) * 100)} %`
    const of = total === undefined ? '' : ` of ${byteText(total)}`
    const line = `${this.#label}  ${byteText(bytes)}${of}${share}${rate}`
    this.#terminal.write(`${CLEAR_LINE}${line.slice(0, (this.#terminal.columns ?? 80) - 1)}`)
  }

  /** Shows that `bytes` more bytes are done. */
  more(bytes: number): void {
    this.#bytes += bytes
    this.at(this.#bytes)
  }

  /** Removes the line. */
  done(): void {
    if (shown === this) clearProgress()
  }

  clear(): void {
    this.#terminal?.write(CLEAR_LINE)
  }
}

/** The progress whose line is on the terminal. */
let shown: TransferProgress | undefined

/** Removes the line, so that a message can be printed. The next progress draws it again. */
export function clearProgress(): void {
  shown?.clear()
  shown = undefined
}
