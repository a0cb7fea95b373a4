import { createHmac, timingSafeEqual } from 'node:crypto'
import { PROJECT_ID_PATTERN, type ProjectId, type RecordId, UUID_PATTERN } from '../contract/ids.ts'
import { deriveKey } from './secrets/secret-box.ts'

/** The build that an upload token is for. */
export interface UploadGrant {
  readonly projectId: ProjectId
  readonly recordId: RecordId
}

/** Tokens for one build. No store holds them: they are verified with the installation's secret. */
export interface UploadTokens {
  /** Always the same for the same build. The record must be a UUID in lower case. */
  issue(projectId: ProjectId, recordId: RecordId): string

  /** The build of a valid token; undefined for any other text. */
  read(token: string): UploadGrant | undefined
}

const PREFIX = 'tru_'
const ID_BYTES = 16
const TOKEN = /^tru_[A-Za-z0-9_-]{86}$/
const PROJECT = new RegExp(PROJECT_ID_PATTERN)
const RECORD = new RegExp(UUID_PATTERN)

/**
 * The form is `tru_` and base64url of project, record and the HMAC-SHA256 of both under a key
 * derived from the secret.
 */
export function createUploadTokens(secret: Uint8Array): UploadTokens {
  const key = deriveKey(secret, 'tailrace upload tokens v1')
  const issue = (projectId: ProjectId, recordId: RecordId) => {
    if (!PROJECT.test(projectId) || !RECORD.test(recordId))
      throw new RangeError('an upload token needs a project of 32 hexadecimal digits and a UUID')
    const ids = Buffer.from(projectId + recordId.replaceAll('-', ''), 'hex')
    return PREFIX + Buffer.concat([ids, createHmac('sha256', key).update(ids).digest()]).toString('base64url')
  }
  return {
    issue,
    read(token) {
      if (!TOKEN.test(token)) return undefined
      const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url')
      const grant = {
        projectId: bytes.toString('hex', 0, ID_BYTES),
        recordId: asUuid(bytes.toString('hex', ID_BYTES, 2 * ID_BYTES)),
      }
      const expected = issue(grant.projectId, grant.recordId)
      return timingSafeEqual(Buffer.from(token), Buffer.from(expected)) ? grant : undefined
    },
  }
}

function asUuid(hex: string): RecordId {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
