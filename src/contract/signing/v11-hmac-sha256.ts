import { V11_HMAC_SHA256 } from './authorization-header.ts'
import { hmacSha256Hex, sha256Hex, toHex } from './sdk-hmac-sha256.ts'
import type { KeyPair } from './sign-headers.ts'

const KEY_BITS = 256
const utf8 = new TextEncoder()

/**
 * The signature of a canonical request with a derived key, as 64 hexadecimal digits in lower case.
 * Equal to what the official SDKs produce for V11-HMAC-SHA256. `derivedFor` is
 * `YYYYMMDD/REGION/SERVICE`, with the day of `sdkDate`, the value of X-Sdk-Date.
 */
export async function v11HmacSha256Signature(
  canonicalRequest: string,
  sdkDate: string,
  key: KeyPair,
  derivedFor: string,
): Promise<string> {
  const hash = await sha256Hex(canonicalRequest)
  return hmacSha256Hex(
    await derivedKey(key, derivedFor),
    [V11_HMAC_SHA256, sdkDate, derivedFor, hash].join('\n'),
  )
}

/**
 * HKDF-SHA256 (RFC 5869) of the secret key, with the access key as salt. The key is the result as
 * hexadecimal text.
 */
export async function derivedKey({ accessKey, secretKey }: KeyPair, derivedFor: string): Promise<string> {
  const imported = await crypto.subtle.importKey('raw', utf8.encode(secretKey), 'HKDF', false, ['deriveBits'])
  const parameters = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: utf8.encode(accessKey),
    info: utf8.encode(derivedFor),
  }
  return toHex(await crypto.subtle.deriveBits(parameters, imported, KEY_BITS))
}
