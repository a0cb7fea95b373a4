/** 1 at every byte that the pattern matches as a character of Latin-1, 0 at all others. */
export function bytesThat(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (pattern.test(String.fromCharCode(byte)) ? 1 : 0))
}
