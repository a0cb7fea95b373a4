import { bytesThat } from './byte-set.ts'

/**
 * A longer run after `scheme://user:` is not considered a password. This bounds what is held back.
 */
export const URL_PASSWORD_MAX_BYTES = 4096

const COLON = 0x3a
const SLASH = 0x2f
const AT = 0x40
const OPENING_BRACKET = 0x5b
/** Bytes of a scheme (RFC 3986 §3.1). */
const SCHEME = bytesThat(/[A-Za-z0-9+.-]/)
/**
 * Bytes that end an authority: those of RFC 3986, blanks, control characters, and what often
 * surrounds a URL in text.
 */
const ENDS_AUTHORITY = bytesThat(/[\u0000-\u0020\u007f/?#"<>`]/)

/** How much of `scheme://` the text so far ends with. */
type SchemePart = 'none' | 'name' | 'colon' | 'slash'

/**
 * Finds the passwords in URLs such as `scheme://user:password@host` in a stream of bytes: what is
 * between the first colon and the last `@` of the authority (RFC 3986 §3.2). The user may be empty.
 */
export class UrlPasswords {
  #scheme: SchemePart = 'none'
  #place: 'elsewhere' | 'user' | 'password' = 'elsewhere'
  #openLength = 0

  /** How many bytes at the end of the stream so far may be part of a password. */
  get openLength(): number {
    return this.#openLength
  }

  /**
   * Feeds the next byte. Returns how many bytes just before it are now known to be a password, or
   * 0.
   */
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
