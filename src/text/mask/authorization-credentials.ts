import { bytesThat } from './byte-set.ts'

const NAME = 'authorization'
/** The length of the name up to its second `a`, with which another one may begin. */
const SECOND_A = 9
const SCHEMES = ['bearer', 'basic']
const SCHEME_MAX_CHARACTERS = 6
/** Between name and scheme: `: `, in JSON `": "`, and the same escaped. */
const SEPARATOR_MAX_BYTES = 12
const SEPARATOR = bytesThat(/[ \t:=>"'\\[]/)
const BLANK = bytesThat(/[ \t]/)
const LETTER = bytesThat(/[A-Za-z]/)
/**
 * Bytes that end a credential: blanks, control characters, and what often surrounds a header in
 * text.
 */
const ENDS_CREDENTIAL = bytesThat(/[\u0000-\u0020\u007f"'`\\,<>]/)

/**
 * Finds the credentials in `Authorization: Bearer CREDENTIAL` and `Authorization: Basic CREDENTIAL`
 * headers in a stream of bytes. Names and schemes may be in upper or lower case.
 */
export class AuthorizationCredentials {
  #place: 'name' | 'separator' | 'scheme' | 'blank' | 'credential' = 'name'
  #nameLength = 0
  #separatorLength = 0
  #scheme = ''

  /** Feeds the next byte. Returns whether it is part of a credential. */
  step(byte: number): boolean {
    if (this.#place === 'name') this.#stepInName(byte)
    else if (this.#place === 'separator') this.#stepInSeparator(byte)
    else if (this.#place === 'scheme') this.#stepInScheme(byte)
    else if (ENDS_CREDENTIAL[byte] === 0) this.#place = 'credential'
    else if (this.#place === 'credential' || BLANK[byte] === 0) this.#restart(byte)
    return this.#place === 'credential'
  }

  #stepInName(byte: number): void {
    const lower = byte | 0x20
    const length = this.#nameLength
    if (lower === NAME.charCodeAt(length)) this.#nameLength++
    else if (length === SECOND_A && lower === NAME.charCodeAt(1)) this.#nameLength = 2
    else this.#nameLength = lower === NAME.charCodeAt(0) ? 1 : 0
    if (this.#nameLength < NAME.length) return
    this.#place = 'separator'
    this.#separatorLength = 0
  }

  #stepInSeparator(byte: number): void {
    if (SEPARATOR[byte] === 1 && this.#separatorLength++ < SEPARATOR_MAX_BYTES) return
    if (this.#separatorLength === 0 || LETTER[byte] === 0) this.#restart(byte)
    else {
      this.#place = 'scheme'
      this.#scheme = ''
      this.#stepInScheme(byte)
    }
  }

  #stepInScheme(byte: number): void {
    if (LETTER[byte] === 1 && this.#scheme.length < SCHEME_MAX_CHARACTERS)
      this.#scheme += String.fromCharCode(byte | 0x20)
    else if (BLANK[byte] === 1 && SCHEMES.includes(this.#scheme)) this.#place = 'blank'
    else this.#restart(byte)
  }

  #restart(byte: number): void {
    this.#place = 'name'
    this.#nameLength = 0
    this.#stepInName(byte)
  }
}
