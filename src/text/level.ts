import { joinBytes } from './join-bytes.ts'
import { LINE_FEED } from './lines.ts'

/** What a download shows (docs/api.md §3): INFO leaves out lines of level DEBUG, DEBUG is every byte. */
export type LogLevel = 'INFO' | 'DEBUG'

/** How a line of level DEBUG begins; d stands for a digit, s for a sign. */
const DEBUG_BEGIN = '[dddd/dd/dd dd:dd:dd.ddd GMTsdd:dd] [DEBUG]'
/** The first byte that differs in stamped lines of other levels. */
const TELLING_INDEX = DEBUG_BEGIN.indexOf('D')
const BLANK = 0x20
const TAB = 0x09

/**
 * Leaves out the DEBUG lines of one step's log, which comes in chunks cut anywhere. A line has level DEBUG when it
 * states it straight after a leading time stamp, or begins with a blank or tab and the line above has it; a log begins
 * as if below an INFO line. Never holds more than the bytes of a stamp and a level.
 */
export class DebugLineFilter {
  /** Whether the level of the line under way is known; if not, it is the level of the line above that `isDebug` tells. */
  #levelKnown = false
  #isDebug = false
  /** The beginning of a line that may still turn out to be DEBUG. */
  readonly #held = new Uint8Array(DEBUG_BEGIN.length)
  #heldBytes = 0

  /** What is to be shown of the bytes held until now and of `chunk`: a part of `chunk` where that is possible. */
  push(chunk: Uint8Array): Uint8Array {
    const shown: Uint8Array[] = []
    let from = 0
    let at = 0
    while (at < chunk.length && (this.#levelKnown || this.#learnLevel(chunk, at))) {
      const end = lineEnd(chunk, at)
      if (this.#isDebug) {
        if (from < at) shown.push(chunk.subarray(from, at))
        from = end
        this.#heldBytes = 0
      } else if (this.#heldBytes > 0) shown.push(this.#takeHeld())
      this.#levelKnown = chunk[end - 1] !== LINE_FEED
      at = end
    }
    if (from < at) shown.push(chunk.subarray(from, at))
    this.#hold(chunk.subarray(at))
    return joinBytes(shown)
  }

  /** The end of the log: what is still held, the beginning of an unfinished line that states no level. */
  end(): Uint8Array {
    return this.#takeHeld()
  }

  /** Finds the level of the line whose bytes are those held and those from `at` on; false when that takes more bytes. */
  #learnLevel(chunk: Uint8Array, at: number): boolean {
    const first = this.#heldBytes > 0 ? this.#held[0] : chunk[at]
    if (first !== BLANK && first !== TAB) {
      const match = this.#matchDebug(chunk, at)
      if (match === undefined) return false
      this.#isDebug = match
    }
    this.#levelKnown = true
    return true
  }

  #matchDebug(chunk: Uint8Array, at: number): boolean | undefined {
    const lineStart = at - this.#heldBytes
    const telling = chunk[lineStart + TELLING_INDEX]
    if (telling !== undefined && !fits(telling, TELLING_INDEX)) return false
    for (let index = this.#heldBytes; index < DEBUG_BEGIN.length; index++) {
      const byte = chunk[lineStart + index]
      if (byte === undefined) return undefined
      if (!fits(byte, index)) return false
    }
    return true
  }

  #hold(bytes: Uint8Array): void {
    this.#held.set(bytes, this.#heldBytes)
    this.#heldBytes += bytes.length
  }

  #takeHeld(): Uint8Array {
    const bytes = this.#held.slice(0, this.#heldBytes)
    this.#heldBytes = 0
    return bytes
  }
}

/** Whether a line with this byte at `index` may begin as DEBUG lines do. */
function fits(byte: number, index: number): boolean {
  const allowed = DEBUG_BEGIN[index]
  if (allowed === 'd') return byte >= 0x30 && byte <= 0x39
  if (allowed === 's') return byte === 0x2b || byte === 0x2d
  return byte === DEBUG_BEGIN.charCodeAt(index)
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const lineFeed = bytes.indexOf(LINE_FEED, from)
  return lineFeed < 0 ? bytes.length : lineFeed + 1
}
