import type { EpochMs } from '../contract/quantities.ts'
import { notAllowed } from '../core/access/principal.ts'
import type { Callers, KnownKey } from './callers.ts'
import { notAuthenticated } from './errors.ts'
import { newAccessKey, newSecretKey } from './new-credentials.ts'
import type { SecretBox } from './secrets/secret-box.ts'
import { keystoneTime } from './token-text.ts'

export interface TemporaryKey {
  readonly accessKey: string
  readonly secretKey: string
  /** Must be sent as X-Security-Token with every request that the key signs. */
  readonly securityToken: string
  readonly expiresAtMs: EpochMs
}

/**
 * Short-lived access keys. No store holds them: what they stand for is sealed in their security
 * token.
 */
export interface TemporaryKeys {
  /**
   * Makes a key with the access of the token. It lives for `lifeMs`, but never longer than the
   * token, and ends with it. Rejects with `not-authenticated` for an invalid token, and with
   * `not-allowed` for one without a project or of the external IAM.
   */
  createKey(tokenText: string, lifeMs: number, clientAddress: string): Promise<TemporaryKey>

  /**
   * Rejects with `not-authenticated` when the two do not belong together, or the key or its token
   * has expired or ended.
   */
  requireKey(accessKey: string, securityToken: string): Promise<KnownKey>
}

export interface TemporaryKeysPorts {
  readonly callers: Callers
  readonly box: SecretBox
  readonly now: () => EpochMs
}

/** The content of a security token. */
interface Sealed {
  readonly secretKey: string
  readonly tokenSha256: string
  readonly expiresAtMs: EpochMs
}

const PREFIX = 'trs_'

export function createTemporaryKeys({ callers, box, now }: TemporaryKeysPorts): TemporaryKeys {
  return {
    async createKey(tokenText, lifeMs, clientAddress) {
      const { token, principal } = await callers.requireOwnToken(tokenText, clientAddress)
      if (principal === undefined) throw notAllowed()
      const [accessKey, secretKey] = [newAccessKey(), newSecretKey()]
      const expiresAtMs = Math.min(now() + lifeMs, token.expiresAtMs)
      const sealed: Sealed = { secretKey, tokenSha256: token.sha256, expiresAtMs }
      const securityToken = PREFIX + box.seal(JSON.stringify(sealed), contextOf(accessKey))
      return { accessKey, secretKey, securityToken, expiresAtMs }
    },
    async requireKey(accessKey, securityToken) {
      const opened = securityToken.startsWith(PREFIX)
        ? box.open(securityToken.slice(PREFIX.length), contextOf(accessKey))
        : undefined
      if (opened === undefined) throw notAuthenticated('x-security-token does not belong to the ak')
      const { secretKey, tokenSha256, expiresAtMs }: Sealed = JSON.parse(opened)
      if (expiresAtMs <= now())
        throw notAuthenticated(`security token expires, expires_at:${keystoneTime(expiresAtMs)}`)
      const { user, principal } = await callers.requireStoredToken(tokenSha256)
      if (principal === undefined) throw notAuthenticated('x-security-token is for no project')
      return { secretKey, user, principal }
    },
  }
}

function contextOf(accessKey: string): string {
  return `temporary key ${accessKey}`
}
