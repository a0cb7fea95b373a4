import { type ByteOffset, KIB } from '../../contract/quantities.ts'
import { joinBytes } from '../../text/join-bytes.ts'

/** A searched part of a log. */
export interface SearchedBlock {
  readonly at: ByteOffset
  readonly bytes: Uint8Array
  /** Where the lines that match begin, in order. The first may begin in an earlier block. */
  readonly hits: readonly ByteOffset[]
}

export const BLOCK_MIN_BYTES = 64 * KIB

/** Joins whole chunks to blocks of at least BLOCK_MIN_BYTES, except the last. */
export async function* blocksOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    gathered.push(chunk)
    bytes += chunk.length
    if (bytes < BLOCK_MIN_BYTES) continue
    yield joinBytes(gathered)
    gathered = []
    bytes = 0
  }
  if (bytes > 0) yield joinBytes(gathered)
}
