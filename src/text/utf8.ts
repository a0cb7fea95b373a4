/** The most bytes that stand before, or after, a place inside a character: what `characterStart` looks at on either side. */
export const CHARACTER_REST_BYTES = 3

const ASCII_END = 0x80
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The first byte of the character that has a byte before and a byte at `position`; `position` itself where there is
 * none: at the edge of a character, beside or among bytes that are no valid UTF-8 (RFC 3629), at either end of `bytes`.
 * Exact when `bytes` holds three bytes on either side of `position`, or ends where the log does.
 */
export function characterStart(bytes: Uint8Array, position: number): number {
  const lowest = Math.max(0, position - CHARACTER_REST_BYTES)
  for (let at = position; at >= lowest; at--) {
    if (isContinuation(bytes[at])) continue
    return at + characterLength(bytes, at) > position ? at : position
  }
  return position
}

/** The place behind the byte or character of which the byte at `position` is a part; `position` itself where a character begins or none is cut. */
export function characterEnd(bytes: Uint8Array, position: number): number {
  const start = characterStart(bytes, position)
  return start === position ? position : start + characterLength(bytes, start)
}

/** How many bytes the character takes that begins at `at`: 1 to 4, or 0 where no valid one does. */
export function characterLength(bytes: Uint8Array, at: number): number {
  const wanted = announcedLength(bytes[at])
  return wanted > 0 && prefixLength(bytes, at, wanted) === wanted ? wanted : 0
}

/** How many bytes at the end, 0 to 3, are the beginning of a character that further bytes may complete. */
export function incompleteTailLength(bytes: Uint8Array): number {
  const lowest = Math.max(0, bytes.length - CHARACTER_REST_BYTES)
  for (let at = bytes.length - 1; at >= lowest; at--) {
    if (isContinuation(bytes[at])) continue
    const there = bytes.length - at
    const wanted = announcedLength(bytes[at])
    return wanted > there && prefixLength(bytes, at, there) === there ? there : 0
  }
  return 0
}

/**
 * The text of `bytes`. Each byte that is part of no valid character becomes one U+FFFD, and a byte order mark stays, so
 * that the texts of parts that cut no character in two join to the text of the whole.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return strictDecoder.decode(withReplacements(bytes))
  }
}

/** The same bytes with the encoding of U+FFFD in place of each byte that is part of no valid character. */
function withReplacements(bytes: Uint8Array): Uint8Array {
  const repaired = new Uint8Array(bytes.length * 3)
  let length = 0
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at]!
    const valid = byte < ASCII_END ? 1 : characterLength(bytes, at)
    if (valid === 0) {
      repaired[length++] = 0xef
      repaired[length++] = 0xbf
      repaired[length++] = 0xbd
      at++
    } else for (const end = at + valid; at < end; at++) repaired[length++] = bytes[at]!
  }
  return repaired.subarray(0, length)
}

/** How many of the `wanted` bytes from `at` on can stand in a character with this first byte. */
function prefixLength(bytes: Uint8Array, at: number, wanted: number): number {
  for (let index = 1; index < wanted; index++) {
    const byte = bytes[at + index]
    if (!isContinuation(byte) || (index === 1 && !fitsSecond(bytes[at]!, byte))) return index
  }
  return wanted
}

/** The length that a first byte announces; 0 for a byte that begins no character. */
function announcedLength(first: number | undefined): number {
  if (first === undefined) return 0
  if (first < ASCII_END) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}

/** False for overlong forms, surrogates and code points past U+10FFFF. */
function fitsSecond(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0
  if (first === 0xed) return second < 0xa0
  if (first === 0xf0) return second >= 0x90
  return first !== 0xf4 || second < 0x90
}

function isContinuation(byte: number | undefined): byte is number {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
