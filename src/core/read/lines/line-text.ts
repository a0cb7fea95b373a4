import { LINE_TEXT_MAX_BYTES } from '../../../contract/limits.ts'
import { LINE_FEED } from '../../../text/lines.ts'
import { CHARACTER_REST_BYTES, characterStart, decodeUtf8 } from '../../../text/utf8.ts'

/** This many bytes from the start of a line are enough to know its text. */
export const LINE_READ_MAX_BYTES = LINE_TEXT_MAX_BYTES + CHARACTER_REST_BYTES + 1

/** The text of a line, as searches and line ranges show it. */
export interface LineText {
  /** At most LINE_TEXT_MAX_BYTES of the line, cut between characters, without the line end. */
  readonly text: string
  readonly truncated: boolean
}

/**
 * The text of the first line of `bytes`, which must hold the whole line or LINE_READ_MAX_BYTES of
 * it.
 */
export function lineText(bytes: Uint8Array): LineText {
  const lineFeed = bytes.subarray(0, LINE_READ_MAX_BYTES).indexOf(LINE_FEED)
  const length = lineFeed < 0 ? bytes.length : lineFeed
  if (length <= LINE_TEXT_MAX_BYTES) return { text: decodeUtf8(bytes.subarray(0, length)), truncated: false }
  const cut = characterStart(bytes, LINE_TEXT_MAX_BYTES)
  return { text: decodeUtf8(bytes.subarray(0, cut)), truncated: true }
}
