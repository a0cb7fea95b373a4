import { hkdfSync } from 'node:crypto'

/** A key of 32 bytes for one purpose, from the installation's secret (HKDF-SHA256, RFC 5869). Keys of different purposes tell nothing of each other. */
export function deriveKey(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))
}
