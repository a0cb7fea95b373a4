import type { EpochMs } from '../contract/quantities.ts'
import type { Principal } from '../core/access/principal.ts'
import type { AccessKey, CredentialStores, Project, Token, User } from '../core/ports/credentials.ts'
import type { CallerCache } from './caller-cache.ts'
import { notAuthenticated } from './refusal.ts'
import type { SecretBox } from './secret-box.ts'
import { keystoneTime, tokenSha256 } from './token-text.ts'

/** A token that holds, with whom and what it stands for. */
export interface KnownToken {
  readonly token: Token
  readonly user: User
  /** Undefined for a domain-scoped token. */
  readonly project: Project | undefined
  /** Undefined for a domain-scoped token. */
  readonly principal: Principal | undefined
}

/** An access key with its secret, and whom it stands for. */
export interface KnownKey {
  readonly secretKey: string
  readonly user: User
  readonly principal: Principal
}

export interface Callers {
  /** Rejects with `not-authenticated` for a token that was never issued, has expired or has ended otherwise. */
  requireToken(text: string): Promise<KnownToken>

  /** As `requireToken`, by the hash of the text. */
  requireStoredToken(sha256: string): Promise<KnownToken>

  /** Rejects with `not-authenticated` for an unknown access key, and for one whose secret cannot be read. */
  requireKey(accessKey: string): Promise<KnownKey>
}

export interface CallersPorts {
  readonly stores: CredentialStores
  readonly cache: CallerCache
  readonly box: SecretBox
  readonly now: () => EpochMs
}

export function openCallers({ stores, cache, box, now }: CallersPorts): Callers {
  const requireStoredToken = async (sha256: string) => {
    const known = await cache.through(`token ${sha256}`, () => loadToken(stores, sha256))
    if (known === undefined) throw notAuthenticated('decrypt token fail')
    const { expiresAtMs } = known.token
    if (expiresAtMs <= now()) throw notAuthenticated(`token expires, expires_at:${keystoneTime(expiresAtMs)}`)
    return known
  }
  return {
    requireToken: text => requireStoredToken(tokenSha256(text)),
    requireStoredToken,
    async requireKey(accessKey) {
      const known = await cache.through(`key ${accessKey}`, () => loadKey(stores, box, accessKey))
      if (known === undefined) throw notAuthenticated(`ak ${printable(accessKey)} not exist`)
      return known
    },
  }
}

async function loadToken(stores: CredentialStores, sha256: string): Promise<KnownToken | undefined> {
  const token = await stores.findToken(sha256)
  if (token === undefined) return undefined
  const project =
    'projectId' in token.scope ? await stores.findProject({ id: token.scope.projectId }) : undefined
  const user = await stores.findUser({ id: token.userId })
  return user && { token, user, project, principal: project && principalOfToken(token, user, project) }
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
