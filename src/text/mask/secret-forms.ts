/** A shorter secret is not masked, because it would also mask ordinary words. */
export const SECRET_MIN_CHARACTERS = 6
/** Columns at which common tools wrap base64: coreutils and MIME, PEM. */
const BASE64_WRAPS = [76, 64]

/**
 * The byte strings as which a secret may appear in a log: each of its lines; and the whole secret
 * and each line in base64 (also at any place in a longer encoded text), percent-encoded, escaped
 * for JSON, and quoted for a shell. Lines shorter than `SECRET_MIN_CHARACTERS` are left out. No
 * form contains a line end.
 */
export function secretForms(secret: string): Uint8Array[] {
  const lines = secret.split(/[\r\n]+/)
  const texts = longEnough([secret, secret.trim(), ...lines, ...lines.map(line => line.trim())])
  const forms = texts.flatMap(text => [
    ...(/[\r\n]/.test(text) ? [] : [text]),
    ...base64Forms(text),
    ...percentForms(text),
    ...jsonForms(text),
    text.replaceAll("'", "'\\''"),
  ])
  const encoder = new TextEncoder()
  return longEnough(forms)
    .filter(form => !/[\r\n]/.test(form))
    .map(form => encoder.encode(form))
}

function longEnough(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter(text => text.length >= SECRET_MIN_CHARACTERS)
}

function base64Forms(text: string): string[] {
  const bytes = new TextEncoder().encode(text)
  const alone = [base64(bytes), base64(new TextEncoder().encode(`${text}\n`))]
  const inside = [0, 1, 2].map(bytesBefore => certainBase64(bytes, bytesBefore))
  const wrapped = alone.flatMap(whole => BASE64_WRAPS.flatMap(columns => wrap(whole, columns)))
  const forms = [...alone, ...inside, ...wrapped]
  return [...forms, ...forms.map(form => form.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''))]
}

/**
 * The base64 characters that depend on these bytes alone, with `bytesBefore` unknown bytes before
 * them and any after.
 */
function certainBase64(bytes: Uint8Array, bytesBefore: number): string {
  const padded = new Uint8Array(bytesBefore + bytes.length)
  padded.set(bytes, bytesBefore)
  return base64(padded).slice(Math.ceil((bytesBefore * 8) / 6), Math.floor((padded.length * 8) / 6))
}

function wrap(text: string, columns: number): string[] {
  return Array.from({ length: Math.ceil(text.length / columns) }, (_, row) =>
    text.slice(row * columns, (row + 1) * columns),
  )
}

function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * As encodeURIComponent encodes it, as RFC 3986 allows at most, and with `+` for a blank as in
 * forms; with hexadecimal digits in either case.
 */
function percentForms(text: string): string[] {
  const encoded = encodeURIComponent(text.toWellFormed())
  const strict = encoded.replaceAll(/[!'()*]/g, found => `%${found.charCodeAt(0).toString(16).toUpperCase()}`)
  const upper = [encoded, strict, strict.replaceAll('%20', '+')]
  return [...upper, ...upper.map(form => form.replaceAll(/%[0-9A-F]{2}/g, found => found.toLowerCase()))]
}

/**
 * As JSON.stringify escapes it, and with `/` escaped (PHP), with non-ASCII characters escaped
 * (Python), or with `<>&` escaped (Go).
 */
function jsonForms(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1)
  const ascii = plain.replaceAll(/[\u0080-\uffff]/g, unicodeEscape)
  const html = plain.replaceAll(/[<>&]/g, unicodeEscape)
  return [plain, plain.replaceAll('/', '\\/'), ascii, html]
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
