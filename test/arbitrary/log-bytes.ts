import fc from 'fast-check'

const encoder = new TextEncoder()

const words = fc.constantFrom(
  '',
  'a',
  'make: *** [all] Error 2',
  '\0',
  '\u001b[31m',
  '\uFEFF',
  '\t',
  ' ',
  'ß',
  '编译',
  '🙂',
  '👩‍👩‍👧',
  '\uFFFD',
)
const lineEnds = fc.constantFrom('\n', '\r\n', '\r', '\n\n')

/**
 * Bytes at the borders of what RFC 3629 allows, so that random runs of them are often almost valid.
 */
const borderBytes = fc
  .uint8Array({ min: 0, max: 255, minLength: 1, maxLength: 5 })
  .map(bytes => bytes.map(byte => BORDERS[byte % BORDERS.length]!))
const BORDERS = [
  0x00, 0x0a, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
  0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff,
]

const giant = (maxBytes: number) =>
  fc
    .tuple(fc.constantFrom('x', '界', '🙂'), fc.integer({ min: 1, max: maxBytes }))
    .map(([character, bytes]) =>
      encoder.encode(character.repeat(Math.ceil(bytes / encoder.encode(character).length))),
    )

/**
 * What a build may print: words, line ends, a lone CR, NUL, escapes, wide characters, bytes that
 * are no valid UTF-8, and runs without a line end of up to `giantBytes`.
 */
export function logBytes(giantBytes = 40): fc.Arbitrary<Uint8Array> {
  const part = fc.oneof(
    { weight: 4, arbitrary: words.map(text => encoder.encode(text)) },
    { weight: 3, arbitrary: lineEnds.map(text => encoder.encode(text)) },
    { weight: 2, arbitrary: borderBytes },
    { weight: 1, arbitrary: giant(giantBytes) },
  )
  return fc.array(part, { maxLength: 40 }).map(joinBytes)
}

/** The same bytes in chunks, cut after each of these numbers of bytes in turn. */
export function cutInChunks(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const end = at + sizes[turn % sizes.length]!
    chunks.push(bytes.subarray(at, end))
    at = end
  }
  return chunks
}

/** Sizes for `cutInChunks`. */
export const chunkSizes = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5000 })),
  {
    minLength: 1,
    maxLength: 6,
  },
)

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
