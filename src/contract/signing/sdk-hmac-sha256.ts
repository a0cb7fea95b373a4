import { SDK_HMAC_SHA256 } from './authorization-header.ts'

/** Used instead of the hash of a body that is not signed. */
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'
/** The SHA-256 of an empty body. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const utf8 = new TextEncoder()

/** Returns 64 hexadecimal digits in lower case. A text is hashed as UTF-8. */
export async function sha256Hex(content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(
    await crypto.subtle.digest('SHA-256', typeof content === 'string' ? utf8.encode(content) : content),
  )
}

/**
 * The signature of a canonical request, as 64 hexadecimal digits in lower case: HMAC-SHA256 with
 * the secret key over the algorithm, the date and the hash of the canonical request. `sdkDate` is
 * the value of X-Sdk-Date.
 */
export async function sdkHmacSha256Signature(
  canonicalRequest: string,
  sdkDate: string,
  secretKey: string,
): Promise<string> {
  return hmacSha256Hex(secretKey, [SDK_HMAC_SHA256, sdkDate, await sha256Hex(canonicalRequest)].join('\n'))
}

/** Returns 64 hexadecimal digits in lower case. The key is used as UTF-8 and must not be empty. */
export async function hmacSha256Hex(key: string, text: string): Promise<string> {
  const imported = await crypto.subtle.importKey(
    'raw',
    utf8.encode(key),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  return toHex(await crypto.subtle.sign('HMAC', imported, utf8.encode(text)))
}

/** Bytes as hexadecimal digits in lower case. */
export function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), byte => byte.toString(16).padStart(2, '0')).join('')
}
