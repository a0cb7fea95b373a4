import { createHash } from 'node:crypto'
import type { Sha256 } from '../core/ports/capabilities.ts'

/** A SHA-256 by the runtime. */
export function newSha256(): Sha256 {
  const hash = createHash('sha256')
  return { update: bytes => void hash.update(bytes), hex: () => hash.copy().digest('hex') }
}
