import { LINE_TEXT_MAX_BYTES } from '../../../contract/limits.ts'
import { LINE_FEED } from '../../../text/lines.ts'
import { CHARACTER_REST_BYTES, characterStart, decodeUtf8 } from '../../../text/utf8.ts'

/** With this many bytes from the begin of a line on, its text is known, whatever follows. */
export const LINE_READ_MAX_BYTES = LINE_TEXT_MAX_BYTES + CHARACTER_REST_BYTES + 1

export interface LineText {
  /** Without the line end; at most LINE_TEXT_MAX_BYTES of the line, cut between characters. */
  readonly text: string
  readonly truncated: boolean
}

/** The text of the line that begins `bytes`, which hold the whole of it or LINE_READ_MAX_BYTES. */
export function lineText(bytes: Uint8Array): LineText {
  const lineFeed = bytes.subarray(0, LINE_READ_MAX_BYTES).indexOf(LINE_FEED)
  const length = lineFeed < 0 ? bytes.length : lineFeed
  if (length <= LINE_TEXT_MAX_BYTES) return { text: decodeUtf8(bytes.subarray(0, length)), truncated: false }
  const cut = characterStart(bytes, LINE_TEXT_MAX_BYTES)
  return { text: decodeUtf8(bytes.subarray(0, cut)), truncated: true }
}
