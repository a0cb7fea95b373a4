/** The runtime's chance and hashes, as core wants them (core/ports/capabilities.ts). */
import { createHash, randomInt, randomUUID } from 'node:crypto'
import type { IdGenerator, NewSha256 } from '../core/ports/capabilities.ts'

const JOB_ID_ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

export const idGenerator: IdGenerator = {
  jobId: () => Array.from({ length: 32 }, () => JOB_ID_ALPHABET[randomInt(JOB_ID_ALPHABET.length)]).join(''),
  recordId: randomUUID,
}

export const newSha256: NewSha256 = () => {
  const hash = createHash('sha256')
  return { update: bytes => void hash.update(bytes), hex: () => hash.copy().digest('hex') }
}
