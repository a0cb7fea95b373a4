import type { Masker } from '../../text/mask/mask.ts'
import type { Stamper, StampLevel } from '../../text/stamp.ts'
import type { LiveLog } from './live-log.ts'

/** How many minutes this process's time zone is ahead of UTC at a moment. */
export const localOffsetMinutes = (atMs: number) => -new Date(atMs).getTimezoneOffset()

export interface PipelineOptions {
  readonly masker: Masker
  readonly stamper: Stamper
  /** Do not stamp lines. */
  readonly raw: boolean
  readonly log: Pick<LiveLog, 'append'>
  /** Gets the masked output as the command wrote it. */
  readonly echo: (bytes: Uint8Array) => Promise<void>
  readonly clock: () => number
}

/** Passes output from the command to its log: masked, printed, stamped, kept. */
export class OutputPipeline {
  readonly #options: PipelineOptions
  /** When the first byte arrived of a line that the masker holds back from its start. */
  #heldLineMs: number | undefined

  constructor(options: PipelineOptions) {
    this.#options = options
  }

  async push(bytes: Uint8Array): Promise<void> {
    const { masker, clock } = this.#options
    await this.#pass(masker.push(bytes), clock())
  }

  /** The output has ended. */
  async end(): Promise<void> {
    const { masker, clock } = this.#options
    await this.#pass(masker.end(), clock())
  }

  /** A line that the runner itself adds to the log, after `end`. */
  async note(text: string, level: StampLevel): Promise<void> {
    await this.#options.log.append(noteLine(this.#options, text, level))
  }

  async #pass(masked: Uint8Array, nowMs: number): Promise<void> {
    const { masker, stamper, raw, log, echo } = this.#options
    const stamped = stamper.push(masked, nowMs, this.#heldLineMs ?? nowMs)
    if (masked.length > 0) this.#heldLineMs = undefined
    // Bytes that are held back contain no line end, so they start at most one line.
    if (masker.heldBytes > 0 && stamper.atLineStart) this.#heldLineMs ??= nowMs
    await Promise.all([echo(masked), log.append(raw ? masked : stamped)])
  }
}

/** A line of the runner's own: stamped unless the log is raw. */
export function noteLine(
  { stamper, raw, clock }: Pick<PipelineOptions, 'stamper' | 'raw' | 'clock'>,
  text: string,
  level: StampLevel,
): Uint8Array {
  const atLineStart = stamper.atLineStart
  const stamped = stamper.line(`tailrace: ${text}`, level, clock())
  return raw ? new TextEncoder().encode(`${atLineStart ? '' : '\n'}tailrace: ${text}\n`) : stamped
}
