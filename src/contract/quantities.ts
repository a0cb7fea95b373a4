declare const quantity: unique symbol

/**
 * A number of one kind. Plain numbers, such as results of arithmetic, may be used as any kind; a
 * number of one kind is never accepted as another, so that an offset cannot be passed where a log
 * id or a line number is due.
 */
type Quantity<Kind extends string> = number & { readonly [quantity]?: Kind }

/** A place in a log: the number of bytes before it. Ranges are half-open, `[from, to)`. */
export type ByteOffset = Quantity<'ByteOffset'>

/**
 * How many lines ("\n") come before a place in a log; the first line has number 0 inside, 1 on the
 * wire.
 */
export type LineNumber = Quantity<'LineNumber'>

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Quantity<'EpochMs'>

/** A log, as the catalog numbers it: a positive integer, never used again. */
export type LogId = Quantity<'LogId'>

/** The greatest integer that JSON clients read exactly; every number in a query is at most this. */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER

export const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB
