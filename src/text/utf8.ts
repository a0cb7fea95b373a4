/** How many bytes on either side of a position decide whether it is inside a character. */
export const CHARACTER_REST_BYTES = 3

const ASCII_END = 0x80
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The start of the UTF-8 character (RFC 3629) that contains the bytes before and at `position`;
 * `position` itself if no valid character does. `bytes` must hold `CHARACTER_REST_BYTES` on either
 * side of `position`, unless the log begins or ends there.
 */
export function characterStart(bytes: Uint8Array, position: number): number {
  const lowest = Math.max(0, position - CHARACTER_REST_BYTES)
  for (let at = position; at >= lowest; at--) {
    if (isContinuation(bytes[at])) continue
    return at + characterLength(bytes, at) > position ? at : position
  }
  return position
}

/**
 * The end of the character that contains the bytes before and at `position`; `position` itself if
 * no valid character does. Needs the same bytes as `characterStart`.
 */
export function characterEnd(bytes: Uint8Array, position: number): number {
  const start = characterStart(bytes, position)
  return start === position ? position : start + characterLength(bytes, start)
}

/**
 * The length of the character that begins at `at`, 1 to 4 bytes; 0 if no valid one begins there.
 */
export function characterLength(bytes: Uint8Array, at: number): number {
  const wanted = announcedLength(bytes[at])
  return wanted > 0 && prefixLength(bytes, at, wanted) === wanted ? wanted : 0
}

/**
 * How many bytes at the end, 0 to 3, are an incomplete character that further bytes may complete.
 */
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
 * Decodes UTF-8. Each byte that is not part of a valid character becomes one U+FFFD, and a byte
 * order mark stays. So the texts of parts add up to the text of the whole, as long as no part cuts
 * a character in two.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return strictDecoder.decode(withReplacements(bytes))
  }
}

/** Replaces each byte that is not part of a valid character by U+FFFD, in UTF-8. */
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

/** How many of the `wanted` bytes from `at` on can belong to a character with this first byte. */
function prefixLength(bytes: Uint8Array, at: number, wanted: number): number {
  for (let index = 1; index < wanted; index++) {
    const byte = bytes[at + index]
    if (!isContinuation(byte) || (index === 1 && !fitsSecond(bytes[at]!, byte))) return index
  }
  return wanted
}

/** The length that a first byte announces; 0 if no character begins with it. */
function announcedLength(first: number | undefined): number {
  if (first === undefined) return 0
  if (first < ASCII_END) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}

/**
 * Whether this second byte is valid: false for overlong forms, surrogates and code points above
 * U+10FFFF.
 */
function fitsSecond(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0
  if (first === 0xed) return second < 0xa0
  if (first === 0xf0) return second >= 0x90
  return first !== 0xf4 || second < 0x90
}

function isContinuation(byte: number | undefined): byte is number {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
