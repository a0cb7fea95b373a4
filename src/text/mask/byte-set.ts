/**
 * A table of 256 entries: 1 for each byte that the pattern matches as a Latin-1 character, else 0.
 */
export function bytesThat(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (pattern.test(String.fromCharCode(byte)) ? 1 : 0))
}
