/** A place in a log: the number of bytes before it. Ranges are half-open, `[from, to)`. */
export type ByteOffset = number

/** How many lines ("\n") stand before a place in a log; the first line has number 0 inside, 1 on the wire. */
export type LineNumber = number

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number

/** The greatest integer that JSON clients read exactly; every number in a query is at most this. */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER

export const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB
