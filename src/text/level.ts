import { joinBytes } from './join-bytes.ts'
import { LINE_FEED } from './lines.ts'

/**
 * What a download shows (docs/api.md §3): at INFO all lines but those of level DEBUG, at DEBUG
 * every byte.
 */
export type LogLevel = 'INFO' | 'DEBUG'

/** How a line of level DEBUG begins. `d` matches a digit, `s` a sign. */
const DEBUG_BEGIN = '[dddd/dd/dd dd:dd:dd.ddd GMTsdd:dd] [DEBUG]'
/** The first byte that differs in stamped lines of another level. */
const LEVEL_INDEX = DEBUG_BEGIN.indexOf('D')
const BLANK = 0x20
const TAB = 0x09

/**
 * Removes the DEBUG lines from one step's log, whatever chunks it comes in. A line has level DEBUG
 * if it says so right after a leading timestamp. A line that begins with a blank or a tab has the
 * level of the line above it, or INFO if it is the first. Memory is at most the bytes of a stamp
 * and a level.
 */
export class DebugLineFilter {
  /** Whether the level of the current line is known. If not, `isDebug` is about the line above. */
  #levelKnown = false
  #isDebug = false
  /** The beginning of the current line while its level is not known. */
  readonly #held = new Uint8Array(DEBUG_BEGIN.length)
  #heldBytes = 0

  /**
   * Feeds the next chunk. Returns the bytes that are certain to be shown; they may be a view of
   * `chunk`.
   */
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

  /** Ends the log. Returns the rest: the beginning of an unfinished line that states no level. */
  end(): Uint8Array {
    return this.#takeHeld()
  }

  /**
   * Finds the level of the line that consists of the held bytes and those from `at` on. Returns
   * false if that takes more bytes.
   */
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
    const level = chunk[lineStart + LEVEL_INDEX]
    if (level !== undefined && !fits(level, LEVEL_INDEX)) return false
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

/** Whether a DEBUG line may have this byte at `index`. */
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
