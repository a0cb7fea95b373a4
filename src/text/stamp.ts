import { LINE_FEED } from './lines.ts'

/** Levels of lines that a runner writes. */
export type StampLevel = 'INFO' | 'WARNING' | 'ERROR'

/** Minutes by which a zone's clock is ahead of UTC at a moment; `- new Date(ms).getTimezoneOffset()` for the zone of a process. */
export type OffsetMinutesAt = (atMs: number) => number

/** `[YYYY/MM/DD HH:mm:ss.SSS GMT+HH:MM]` on the clock that is `offsetMinutes` ahead of UTC: the stamp of CodeArts Build's logs. */
export function formatStamp(atMs: number, offsetMinutes: number): string {
  const local = new Date(atMs + offsetMinutes * 60_000).toISOString()
  const sign = offsetMinutes < 0 ? '-' : '+'
  const hours = Math.floor(Math.abs(offsetMinutes) / 60)
  const zone = `${sign}${twoDigits(hours)}:${twoDigits(Math.abs(offsetMinutes) % 60)}`
  return `[${local.slice(0, 10).replaceAll('-', '/')} ${local.slice(11, 23)} GMT${zone}]`
}

/**
 * Puts `[time] [level] [label] : ` before each line of a stream and changes no other byte. A line begins after "\n" alone, and
 * its time is that of its first byte; an end without "\n" stays without.
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

  /** The next byte begins a line. */
  get atLineStart(): boolean {
    return this.#atLineStart
  }

  /** The next bytes of the stream, stamped. They arrived at `atMs`, but for the first line that begins in them: at `firstMs`. */
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

  /** A line of its own, closing an unfinished line before it. `text` has no line end. */
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

  /** Lines of one chunk share their time, so that the last prefix mostly serves again. */
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
