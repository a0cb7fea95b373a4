const UNRESERVED = /[A-Za-z0-9._~-]/
const utf8 = new TextEncoder()

/**
 * Decodes percent-encoding into a byte string, with one character from U+0000 to U+00FF per byte.
 * Comparing two of them compares bytes, and no byte is lost, valid UTF-8 or not. A `%` that does
 * not start a `%XX` stays. Other characters become their UTF-8.
 */
export function percentDecode(text: string): string {
  let bytes = ''
  for (let at = 0; at < text.length; at++) {
    const hex = text[at] === '%' ? text.slice(at + 1, at + 3) : ''
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      bytes += String.fromCharCode(Number.parseInt(hex, 16))
      at += 2
    } else {
      const point = String.fromCodePoint(text.codePointAt(at) as number)
      bytes += byteString(point)
      at += point.length - 1
    }
  }
  return bytes
}

/**
 * Encodes a byte string. Letters, digits, `-`, `_`, `.` and `~` stay; every other byte becomes
 * `%XX` in upper case (RFC 3986 §2.3).
 */
export function percentEncode(bytes: string): string {
  let text = ''
  for (const byte of bytes) {
    text += UNRESERVED.test(byte)
      ? byte
      : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}

function byteString(text: string): string {
  return text <= '\x7f' ? text : String.fromCharCode(...utf8.encode(text))
}
