import { bytesThat } from './byte-set.ts'

/** A longer run behind `scheme://user:` is taken for no password, so that what is held back has a bound. */
export const URL_PASSWORD_MAX_BYTES = 4096

const COLON = 0x3a
const SLASH = 0x2f
const AT = 0x40
const OPENING_BRACKET = 0x5b
/** What a scheme ends with (RFC 3986 section 3.1). */
const SCHEME = bytesThat(/[A-Za-z0-9+.-]/)
/** What ends an authority, or the URL with it: blanks, control characters, and what stands around URLs in texts. */
const ENDS_AUTHORITY = bytesThat(/[\u0000-\u0020\u007f/?#"<>`]/)

/** How much of `scheme://` stands at the end of the text. */
type SchemePart = 'none' | 'name' | 'colon' | 'slash'

/**
 * Finds the passwords of `scheme://user:password@host` in a stream of bytes: what stands between the first colon and the
 * last `@` of an authority (RFC 3986 section 3.2). The user may be empty.
 */
export class UrlPasswords {
  #scheme: SchemePart = 'none'
  #place: 'elsewhere' | 'user' | 'password' = 'elsewhere'
  #openLength = 0

  /** How many bytes at the end of the stream may be part of a password. */
  get openLength(): number {
    return this.#openLength
  }

  /** Takes the next byte; gives how many bytes right before it are a password by now, 0 for none. */
  step(byte: number): number {
    const begins = byte === SLASH && this.#scheme === 'slash'
    this.#scheme = schemeAfter(this.#scheme, byte)
    if (begins) this.#enter('user')
    else if (this.#place === 'elsewhere') return 0
    else if (ENDS_AUTHORITY[byte] === 1) this.#enter('elsewhere')
    else if (this.#place === 'password') return this.#stepInPassword(byte)
    else if (byte === COLON) this.#enter('password')
    else if (byte === OPENING_BRACKET) this.#enter('elsewhere')
    return 0
  }

  #stepInPassword(byte: number): number {
    const length = this.#openLength++
    if (length >= URL_PASSWORD_MAX_BYTES) this.#enter('elsewhere')
    return byte === AT ? length : 0
  }

  #enter(place: 'elsewhere' | 'user' | 'password'): void {
    this.#place = place
    this.#openLength = 0
  }
}

function schemeAfter(before: SchemePart, byte: number): SchemePart {
  if (byte === COLON) return before === 'name' ? 'colon' : 'none'
  if (byte === SLASH) return before === 'colon' ? 'slash' : 'none'
  return SCHEME[byte] === 1 ? 'name' : 'none'
}
