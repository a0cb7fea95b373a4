import { KIB } from '../../contract/quantities.ts'

const REDRAW_MS = 100
const CLEAR_LINE = '\r\u001b[K'

type Terminal = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>

/** One line on a terminal that tells how far a transfer is; on anything else, nothing. */
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

  /** So many bytes are through. What was there at first does not count for the rate. */
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

  /** So many bytes more are through. */
  more(bytes: number): void {
    this.#bytes += bytes
    this.at(this.#bytes)
  }

  /** Takes the line away. */
  done(): void {
    if (shown === this) clearProgress()
  }

  clear(): void {
    this.#terminal?.write(CLEAR_LINE)
  }
}

/** Whose line stands on the terminal. */
let shown: TransferProgress | undefined

/** Makes room on the terminal for what is to be told meanwhile; the line comes again with the next progress. */
export function clearProgress(): void {
  shown?.clear()
  shown = undefined
}

/** A number of bytes for people: `1.5 MiB`. */
export function byteText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let unit = 0
  let amount = bytes
  for (; amount >= KIB && unit < units.length - 1; unit++) amount /= KIB
  return `${unit === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`
}
