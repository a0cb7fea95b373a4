import type { ByteOffset, LineNumber, LogId } from '../../contract/quantities.ts'
import { countLineEnds } from '../../text/lines.ts'
import { type LineCountPorts, lineAt } from '../read/lines/line-index.ts'
import { BLOCK_MIN_BYTES, type SearchedBlock } from './searched-block.ts'

/**
 * To number a hit after a block this long, a look-up is cheaper than counting the block's line
 * ends.
 */
const LOOK_UP_MIN_BYTES = 2 * BLOCK_MIN_BYTES

/**
 * Numbers the lines of hits. Line ends are counted only where a hit needs them. Enter a block
 * before you number its hits, number them in order, and leave each block, with or without hits.
 */
export class LineNumbers {
  readonly #ports: LineCountPorts
  readonly #log: LogId
  /** How many lines end before `at`; undefined if not known near the search. */
  #known: { readonly at: ByteOffset; readonly lines: LineNumber } | undefined

  constructor(ports: LineCountPorts, log: LogId) {
    this.#ports = ports
    this.#log = log
  }

  /** Rejects as the reader does. */
  async enter({ at }: SearchedBlock): Promise<void> {
    if (this.#known === undefined || this.#known.at < at)
      this.#known = { at, lines: await lineAt(this.#ports, this.#log, at) }
  }

  /**
   * The number of the line that begins at `offset`: in `block`, or before it and continued in it.
   */
  of(offset: ByteOffset, { at, bytes }: SearchedBlock): LineNumber {
    const known = this.#known!
    const place = Math.max(offset, at)
    const lines = known.lines + countLineEnds(bytes.subarray(known.at - at, place - at))
    this.#known = { at: place, lines }
    return lines
  }

  leave({ at, bytes, hits }: SearchedBlock): void {
    const known = this.#known
    if (known === undefined || known.at < at || (hits.length === 0 && bytes.length >= LOOK_UP_MIN_BYTES)) {
      this.#known = undefined
      return
    }
    const lines = known.lines + countLineEnds(bytes.subarray(known.at - at))
    this.#known = { at: at + bytes.length, lines }
  }
}
