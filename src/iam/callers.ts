import type { EpochMs } from '../contract/quantities.ts'
import type { Principal } from '../core/access/principal.ts'
import type { AccessKey, CredentialStores, Domain, Project, Token, User } from '../core/ports/credentials.ts'
import type { CallerCache } from './caller-cache.ts'
import { managedElsewhere, notAuthenticated, requireUnexpired } from './errors.ts'
import type { SecretBox } from './secrets/secret-box.ts'
import { tokenSha256 } from './token-text.ts'

/** A user as others see them. */
export interface KnownUser {
  readonly id: string
  readonly name: string
  readonly domain: Domain
  /** Set for a user of an external IAM: its address. */
  readonly iamUrl?: string
}

/** A valid token, with the user and the scope that it stands for. */
export interface KnownToken {
  readonly token: Pick<Token, 'sha256' | 'methods' | 'roles' | 'issuedAtMs' | 'expiresAtMs'>
  readonly user: KnownUser
  /** Undefined for a token without a project. */
  readonly project: Project | undefined
  /** Set for a domain-scoped token. */
  readonly domain: Domain | undefined
  /** Undefined for a token that gives access to no project. */
  readonly principal: Principal | undefined
  /** Why a token of an external IAM gives no access to its project here. */
  readonly accessDenial?: string | undefined
}

/** A token that this server issued. */
export interface OwnToken extends KnownToken {
  readonly token: Token
  readonly user: User
}

/** An access key with its secret, its user and the principal that it stands for. */
export interface KnownKey {
  readonly secretKey: string
  readonly user: User
  readonly principal: Principal
}

/**
 * Tokens of an external IAM. Known by their hashes alone: a text is kept only while the IAM is
 * asked.
 */
export interface ExternalTokens {
  /** What the IAM said of a token, as long as that is trusted. */
  recall(sha256: string): KnownToken | undefined

  /**
   * Asks the IAM what a token stands for. Concurrent requests with one token share one question.
   * Rejects with `not-authenticated` for an invalid token, `iam-unavailable` when the IAM gives no
   * usable answer, and `rate-limited` when the address sent too many invalid tokens.
   */
  require(text: string, sha256: string, clientAddress: string): Promise<KnownToken>
}

/** Finds who presents a credential. */
export interface Callers {
  /**
   * A token of this server, or of the external IAM if there is one. Rejects with
   * `not-authenticated` for a token that was never issued, has expired or was ended; for a foreign
   * token also with `iam-unavailable` and, counted by address, `rate-limited`.
   */
  requireToken(text: string, clientAddress: string): Promise<KnownToken>

  /** Like `requireToken`, but rejects with `not-allowed` for a token of the external IAM. */
  requireOwnToken(text: string, clientAddress: string): Promise<OwnToken>

  /** A token of this server, by the hash of its text. Rejects with `not-authenticated`. */
  requireStoredToken(sha256: string): Promise<OwnToken>

  /**
   * Rejects with `not-authenticated` for an unknown access key and for one whose secret cannot be
   * decrypted.
   */
  requireKey(accessKey: string): Promise<KnownKey>
}

export interface CallersPorts {
  readonly stores: CredentialStores
  readonly cache: CallerCache
  readonly box: SecretBox
  readonly now: () => EpochMs
  /** Undefined when only this server's own tokens are accepted. */
  readonly external: ExternalTokens | undefined
}

/** Upload tokens and security tokens. They are never shown to an external IAM. */
const OTHER_CREDENTIAL = /^tr[us]_/

export function createCallers({ stores, cache, box, now, external }: CallersPorts): Callers {
  const findOwn = async (sha256: string) => {
    const known = await cache.through(`token ${sha256}`, () => loadToken(stores, sha256))
    if (known !== undefined) requireUnexpired(known.token.expiresAtMs, now())
    return known
  }
  const askExternal = async (text: string, sha256: string, clientAddress: string) => {
    if (external === undefined || OTHER_CREDENTIAL.test(text)) throw notAuthenticated('decrypt token fail')
    return external.require(text, sha256, clientAddress)
  }
  return {
    async requireToken(text, clientAddress) {
      const sha256 = tokenSha256(text)
      const known = external?.recall(sha256) ?? (await findOwn(sha256))
      return known ?? askExternal(text, sha256, clientAddress)
    },
    async requireOwnToken(text, clientAddress) {
      const sha256 = tokenSha256(text)
      const own = await findOwn(sha256)
      if (own !== undefined) return own
      throw managedElsewhere((await askExternal(text, sha256, clientAddress)).user)
    },
    async requireStoredToken(sha256) {
      const known = await findOwn(sha256)
      if (known === undefined) throw notAuthenticated('decrypt token fail')
      return known
    },
    async requireKey(accessKey) {
      const known = await cache.through(`key ${accessKey}`, () => loadKey(stores, box, accessKey))
      if (known === undefined) throw notAuthenticated(`ak ${printable(accessKey)} not exist`)
      return known
    },
  }
}

async function loadToken(stores: CredentialStores, sha256: string): Promise<OwnToken | undefined> {
  const token = await stores.findToken(sha256)
  if (token === undefined) return undefined
  const project =
    'projectId' in token.scope ? await stores.findProject({ id: token.scope.projectId }) : undefined
  const user = await stores.findUser({ id: token.userId })
  if (user === undefined) return undefined
  const domain = project === undefined ? user.domain : undefined
  return { token, user, project, domain, principal: project && principalOfToken(token, user, project) }
}

function principalOfToken({ roles }: Token, user: User, project: Project): Principal {
  return { projectId: project.id, userId: user.id, userName: user.name, roles }
}

async function loadKey(stores: CredentialStores, box: SecretBox, accessKey: string) {
  const key = await stores.findKey(accessKey)
  const user = key && (await stores.findUser({ id: key.userId }))
  if (key === undefined || user === undefined) return undefined
  const secretKey = box.open(key.sealedSecretKey, accessKey)
  if (secretKey === undefined) throw notAuthenticated('Get secretKey failed')
  return { secretKey, user, principal: await principalOfKey(stores, key, user) }
}

async function principalOfKey(stores: CredentialStores, key: AccessKey, user: User): Promise<Principal> {
  const { userId, projectId } = key
  return { projectId, userId, userName: user.name, roles: await stores.rolesOf(userId, projectId) }
}

function printable(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, 128)
}
