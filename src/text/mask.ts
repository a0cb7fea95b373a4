import { AuthorizationCredentials } from './authorization-credentials.ts'
import { joinBytes } from './join-bytes.ts'
import { PatternAutomaton } from './pattern-automaton.ts'
import { UrlPasswords } from './url-passwords.ts'

/** What stands in a log in place of a secret. */
const MASK = new TextEncoder().encode('***')

/** A half-open range of the stream that is part of a secret. */
interface Covered {
  from: number
  readonly to: number
}

/**
 * Masks secrets in a stream of bytes, wherever it is cut: each longest run of bytes that lie in an occurrence of a secret or
 * in the password of a URL or a credential of an `Authorization` header becomes `***`, so that overlapping and touching occurrences leave no rest. Holds back only the
 * end of the stream that may be the beginning of a secret, at most the longest secret less one byte, or part of a URL's
 * password, at most `URL_PASSWORD_MAX_BYTES`. None of it is a line end, unless a secret has one. Takes time linear in the stream.
 *
 * A secret that contains `*` itself may come about anew beside a mask.
 */
export class Masker {
  readonly #automaton: PatternAutomaton
  #state = 0
  #urlPasswords = new UrlPasswords()
  #credentials = new AuthorizationCredentials()
  /** Bytes of the stream held back; they end where the stream ends. */
  #held: Uint8Array = new Uint8Array(0)
  /** In order, apart from each other, not before the held bytes, counted from their first. */
  #covered: Covered[] = []
  /** The byte before the held bytes was covered, so that its mask stands already. */
  #inMask = false

  constructor(secrets: readonly Uint8Array[]) {
    this.#automaton = new PatternAutomaton(secrets)
  }

  /** How many bytes of the stream are held back. */
  get heldBytes(): number {
    return this.#held.length
  }

  /** Takes the next bytes of the stream and gives all that is certain by now; may be a view of `bytes`. */
  push(bytes: Uint8Array): Uint8Array {
    const pending = joined(this.#held, bytes)
    this.#scan(bytes, this.#held.length)
    const openLength = Math.max(this.#automaton.openLength(this.#state), this.#urlPasswords.openLength)
    return this.#release(pending, pending.length - openLength)
  }

  /** The end of the stream: gives what was held back. Another stream may follow. */
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

  /** Gives the first `certain` bytes of `pending`, masked, and holds back the others. */
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

/** Masks secrets and passwords of URLs in bytes that are there as a whole. */
export function mask(bytes: Uint8Array, secrets: readonly Uint8Array[]): Uint8Array {
  const masker = new Masker(secrets)
  return joinBytes([masker.push(bytes), masker.end()])
}

function joined(held: Uint8Array, bytes: Uint8Array): Uint8Array {
  return held.length === 0 ? bytes : joinBytes([held, bytes])
}
