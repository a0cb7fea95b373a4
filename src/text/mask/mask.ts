import { joinBytes } from '../join-bytes.ts'
import { AuthorizationCredentials } from './authorization-credentials.ts'
import { PatternAutomaton } from './pattern-automaton.ts'
import { UrlPasswords } from './url-passwords.ts'

/** What replaces a secret. */
const MASK = new TextEncoder().encode('***')

/** A half-open range of bytes to mask. */
interface Covered {
  from: number
  readonly to: number
}

/**
 * Masks secrets in a stream of bytes, whatever chunks it comes in: the given secrets, passwords in
 * URLs, and credentials in `Authorization` headers. Each longest run of bytes that are part of one
 * becomes `***`, so that nothing is left of secrets that overlap or touch. Time is linear in the
 * length of the stream.
 *
 * The end of the stream is held back while it may be part of a secret: at most the longest secret
 * less one byte, or `URL_PASSWORD_MAX_BYTES`. What is held back has no line end, unless a secret
 * has one.
 *
 * A mask next to other bytes may spell a secret that contains `*`. It is not masked again.
 */
export class Masker {
  readonly #automaton: PatternAutomaton
  #state = 0
  #urlPasswords = new UrlPasswords()
  #credentials = new AuthorizationCredentials()
  /** The bytes that are held back: the end of the stream so far. */
  #held: Uint8Array = new Uint8Array(0)
  /** Relative to the first held byte, in order, with bytes between them. */
  #covered: Covered[] = []
  /**
   * Whether the byte before the held bytes was masked: a mask that continues there is written
   * already.
   */
  #inMask = false

  constructor(secrets: readonly Uint8Array[]) {
    this.#automaton = new PatternAutomaton(secrets)
  }

  /** How many bytes are held back. */
  get heldBytes(): number {
    return this.#held.length
  }

  /**
   * Feeds the next bytes. Returns the masked bytes that are certain; they may be a view of `bytes`.
   */
  push(bytes: Uint8Array): Uint8Array {
    const pending = joined(this.#held, bytes)
    this.#scan(bytes, this.#held.length)
    const openLength = Math.max(this.#automaton.openLength(this.#state), this.#urlPasswords.openLength)
    return this.#release(pending, pending.length - openLength)
  }

  /** Ends the stream. Returns the bytes that were held back, masked. Another stream may follow. */
  end(): Uint8Array {
    this.#state = 0
    this.#urlPasswords = new UrlPasswords()
    this.#credentials = new AuthorizationCredentials()
    const rest = this.#release(this.#held, this.#held.length)
    this.#inMask = false
    return rest
  }

  #scan(bytes: Uint8Array, begin: number): void {
    const automaton = this.#automaton
    let state = this.#state
    for (let index = 0; index < bytes.length; index++) {
      const password = this.#urlPasswords.step(bytes[index]!)
      if (password > 0) this.#cover(begin + index - password, begin + index)
      if (this.#credentials.step(bytes[index]!)) this.#cover(begin + index, begin + index + 1)
      state = automaton.step(state, bytes[index]!)
      const length = automaton.matchLength(state)
      if (length > 0) this.#cover(begin + index + 1 - length, begin + index + 1)
    }
    this.#state = state
  }

  #cover(from: number, to: number): void {
    let first = from
    while (this.#covered.length > 0 && this.#covered.at(-1)!.to >= first)
      first = Math.min(first, this.#covered.pop()!.from)
    this.#covered.push({ from: first, to })
  }

  /** Returns the first `certain` bytes of `pending`, masked, and holds back the rest. */
  #release(pending: Uint8Array, certain: number): Uint8Array {
    const parts: Uint8Array[] = []
    let at = 0
    for (const { from, to } of this.#covered) {
      if (from >= certain) break
      if (from > at) parts.push(pending.subarray(at, from))
      if (from > 0 || !this.#inMask) parts.push(MASK)
      at = Math.min(to, certain)
      this.#inMask = at === certain
    }
    if (at < certain) {
      parts.push(pending.subarray(at, certain))
      this.#inMask = false
    }
    this.#covered = this.#covered
      .filter(({ to }) => to > certain)
      .map(({ from, to }) => ({ from: Math.max(from - certain, 0), to: to - certain }))
    this.#held = pending.slice(certain)
    return joinBytes(parts)
  }
}

/** Masks `bytes` as one whole stream, as `Masker` does. */
export function mask(bytes: Uint8Array, secrets: readonly Uint8Array[]): Uint8Array {
  const masker = new Masker(secrets)
  return joinBytes([masker.push(bytes), masker.end()])
}

function joined(held: Uint8Array, bytes: Uint8Array): Uint8Array {
  return held.length === 0 ? bytes : joinBytes([held, bytes])
}
