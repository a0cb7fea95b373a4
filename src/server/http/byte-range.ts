import { TailraceError } from '../../contract/errors.ts'
import type { ByteOffset } from '../../contract/quantities.ts'

export interface ByteRange {
  readonly from: ByteOffset
  /** First byte that is not asked for. */
  readonly to: ByteOffset
}

/**
 * The single byte range that a Range header asks of `length` bytes; undefined where there is none,
 * it is not well formed, or it asks for several (RFC 9110 §14.2 lets a server answer all). Throws
 * `range-not-satisfiable` (detail: head) when it begins at or past the end.
 */
export function byteRange(header: string | undefined, length: number): ByteRange | undefined {
  const match = /^bytes=([0-9]*)-([0-9]*)$/i.exec(header?.replaceAll(/\s/g, '') ?? '')
  const [, first = '', last = ''] = match ?? []
  if (match === null || (first === '' && last === '')) return undefined
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  const from = first === '' ? Math.max(0, length - Number(last)) : Number(first)
  const to = first === '' || last === '' ? length : Math.min(length, Number(last) + 1)
  if (from >= length)
    throw new TailraceError('range-not-satisfiable', `The log ends at ${length}.`, { head: length })
  return { from, to }
}
