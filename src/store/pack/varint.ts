import { damaged } from './damaged.ts'

/** A safe integer needs at most eight groups of seven bits. */
const VARINT_MAX_BYTES = 8

/**
 * Appends `value`, an integer from 0 to 2^53 - 1, as LEB128: seven bits per byte, low bits first.
 */
export function pushVarint(out: number[], value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`no varint for ${value}`)
  let rest = value
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  out.push(rest)
}

/** Appends `value`, an integer of magnitude below 2^52, in zigzag order: 0, -1, 1, -2, ... */
export function pushSignedVarint(out: number[], value: number): void {
  pushVarint(out, value < 0 ? -2 * value - 1 : 2 * value)
}

/**
 * Reads the varints in `bytes[from, to)` one after the other. Every value has exactly one encoding:
 * any other, or one that is cut off, throws `log-damaged`.
 */
export interface VarintReader {
  next(): number
  nextSigned(): number
  /** Where the next value begins. */
  readonly position: number
}

export function readVarints(bytes: Uint8Array, from: number, to: number): VarintReader {
  let position = from
  const next = () => {
    let value = 0
    for (let place = 0; place < VARINT_MAX_BYTES; place++) {
      if (position >= to) throw damaged('a number of the frame header is cut off')
      const byte = bytes[position++]!
      value += (byte & 0x7f) * 2 ** (7 * place)
      if (byte >= 0x80) continue
      if ((byte === 0 && place > 0) || !Number.isSafeInteger(value)) break
      return value
    }
    throw damaged('a number of the frame header is malformed')
  }
  return {
    next,
    nextSigned() {
      const value = next()
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    },
    get position() {
      return position
    },
  }
}
