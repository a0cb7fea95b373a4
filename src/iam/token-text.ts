import { createHash, randomBytes } from 'node:crypto'
import type { EpochMs } from '../contract/quantities.ts'

const RANDOM_BYTES = 32

/** A new token: `trt_` and 256 random bits, safe in headers and URLs. */
export function newTokenText(): string {
  return `trt_${randomBytes(RANDOM_BYTES).toString('base64url')}`
}

/**
 * How the store identifies a token: by its SHA-256, 64 hexadecimal digits in lower case. There is
 * no salt because the text itself cannot be guessed.
 */
export function tokenSha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A time as Keystone writes it: UTC with microseconds. */
export function keystoneTime(at: EpochMs): string {
  return new Date(at).toISOString().replace('Z', '000Z')
}
