import { LINE_FEED } from './lines.ts'

/** The level of a line that a runner writes. */
export type StampLevel = 'INFO' | 'WARNING' | 'ERROR'

/**
 * How many minutes a time zone is ahead of UTC at a moment. For the zone of the process: `-new
 * Date(atMs).getTimezoneOffset()`.
 */
export type OffsetMinutesAt = (atMs: number) => number

/**
 * The timestamp of CodeArts Build's logs, `[YYYY/MM/DD HH:mm:ss.SSS GMT+HH:MM]`, in a zone that is
 * `offsetMinutes` ahead of UTC.
 */
export function formatStamp(atMs: number, offsetMinutes: number): string {
  const local = new Date(atMs + offsetMinutes * 60_000).toISOString()
  const sign = offsetMinutes < 0 ? '-' : '+'
  const hours = Math.floor(Math.abs(offsetMinutes) / 60)
  const zone = `${sign}${twoDigits(hours)}:${twoDigits(Math.abs(offsetMinutes) % 60)}`
  return `[${local.slice(0, 10).replaceAll('-', '/')} ${local.slice(11, 23)} GMT${zone}]`
}

/**
 * Prefixes each line of a stream with `[time] [level] [label] : ` and changes no other byte. The
 * time of a line is that of its first byte. Only "\n" ends a line; none is added at the end of the
 * stream.
 */
export class Stamper {
  readonly #label: string
  readonly #offsetMinutesAt: OffsetMinutesAt
  #atLineStart = true
  #prefix = new Uint8Array(0)
  #prefixMs = Number.NaN

  constructor(label: string, offsetMinutesAt: OffsetMinutesAt) {
    this.#label = label
    this.#offsetMinutesAt = offsetMinutesAt
  }

  /** Whether the next byte begins a line. */
  get atLineStart(): boolean {
    return this.#atLineStart
  }

  /**
   * Feeds the next bytes and returns them stamped. The first line that begins in them arrived at
   * `firstMs`, the others at `atMs`.
   */
  push(bytes: Uint8Array, atMs: number, firstMs = atMs): Uint8Array {
    const starts = this.#lineStarts(bytes)
    if (starts.length === 0) return bytes
    const first = this.#prefixAt(firstMs)
    const other = this.#prefixAt(atMs)
    const stamped = new Uint8Array(bytes.length + first.length + (starts.length - 1) * other.length)
    stamped.set(bytes.subarray(0, starts[0]))
    let at = starts[0]!
    for (const [index, start] of starts.entries()) {
      const prefix = index === 0 ? first : other
      const line = bytes.subarray(start, starts[index + 1])
      stamped.set(prefix, at)
      stamped.set(line, at + prefix.length)
      at += prefix.length + line.length
    }
    return stamped
  }

  /**
   * Returns a line of the runner's own. It ends an unfinished line first. `text` must have no line
   * end.
   */
  line(text: string, level: StampLevel, atMs: number): Uint8Array {
    const close = this.#atLineStart ? '' : '\n'
    this.#atLineStart = true
    return new TextEncoder().encode(`${close}${this.#prefixText(level, atMs)}${text}\n`)
  }

  #lineStarts(bytes: Uint8Array): number[] {
    const starts: number[] = []
    if (bytes.length === 0) return starts
    if (this.#atLineStart) starts.push(0)
    let at = bytes.indexOf(LINE_FEED)
    while (at >= 0 && at + 1 < bytes.length) {
      starts.push(at + 1)
      at = bytes.indexOf(LINE_FEED, at + 1)
    }
    this.#atLineStart = bytes.at(-1) === LINE_FEED
    return starts
  }

  /** Lines of one chunk share their time, so that the last prefix can often be reused. */
  #prefixAt(atMs: number): Uint8Array {
    if (atMs !== this.#prefixMs) {
      this.#prefix = new TextEncoder().encode(this.#prefixText('INFO', atMs))
      this.#prefixMs = atMs
    }
    return this.#prefix
  }

  #prefixText(level: StampLevel, atMs: number): string {
    return `${formatStamp(atMs, this.#offsetMinutesAt(atMs))} [${level}] [${this.#label}] : `
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
