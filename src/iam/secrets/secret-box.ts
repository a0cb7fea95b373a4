import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Encrypts short texts so that only the same secret can decrypt them. */
export interface SecretBox {
  /** `context` names what the text belongs to: the text cannot be opened in another context. */
  seal(text: string, context: string): string

  /** Undefined when the text was sealed with another secret or context, or was changed. */
  open(sealed: string, context: string): string | undefined
}

const VERSION = 'v1.'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM with a key derived from the secret. The form is `v1.` and base64url of nonce,
 * ciphertext and tag.
 */
export function createSecretBox(secret: Uint8Array): SecretBox {
  const key = deriveKey(secret, 'tailrace sealed secret keys v1')
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return VERSION + Buffer.concat([nonce, encrypted, cipher.getAuthTag()]).toString('base64url')
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
      if (!sealed.startsWith(VERSION) || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
      try {
        return Buffer.concat([text, decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}

/**
 * A key of 32 bytes for one purpose, derived from the installation's secret (HKDF-SHA256, RFC
 * 5869). Keys of different purposes reveal nothing about each other.
 */
export function deriveKey(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))
}
