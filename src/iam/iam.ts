import { TailraceError } from '../contract/errors.ts'
import type { EpochMs } from '../contract/quantities.ts'
import type { CredentialStores } from '../core/ports/credentials.ts'
import { createKeyAdministration, type KeyAdministration } from './administer-keys.ts'
import { createProjectAdministration, type ProjectAdministration } from './administer-projects.ts'
import { createUserAdministration, type UserAdministration } from './administer-users.ts'
import { type Authenticate, createAuthenticate, createIdentify, type Identify } from './authenticate.ts'
import { type BootstrapWishes, bootstrap, type FirstCredentials } from './bootstrap.ts'
import { createCallerCache, withCallerCache } from './caller-cache.ts'
import { createCallers, type ExternalTokens } from './callers.ts'
import type { ExternalRules } from './external/admit-external.ts'
import type { AskKeystone } from './external/ask-keystone.ts'
import { createExternalTokens } from './external/external-tokens.ts'
import { createRequestRate } from './request-rate.ts'
import { createPasswordHasher, type PasswordHasher } from './secrets/password-hasher.ts'
import { secretCheck } from './secrets/sealed-keys.ts'
import { createSecretBox } from './secrets/secret-box.ts'
import { createSignatureLock } from './signature-lock.ts'
import { createTemporaryKeys, type TemporaryKeys } from './temporary-keys.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { createUploadTokens, type UploadTokens } from './upload-tokens.ts'

export interface IamOptions {
  readonly stores: CredentialStores
  /** The installation's secret, 32 bytes. */
  readonly secret: Uint8Array
  readonly now: () => EpochMs
  readonly passwords?: PasswordHasher
  /** A Keystone-compatible service whose tokens are accepted too. */
  readonly external?: ExternalIam
}

/**
 * An external IAM: how to ask it, what its answers count for here, and how long they are trusted.
 */
export interface ExternalIam {
  readonly ask: AskKeystone
  readonly rules: ExternalRules
  readonly cacheMs: number
}

/**
 * Authentication and the administration of identities over one store. All changes of credentials go
 * through here, so that they take effect at once.
 */
export interface Iam {
  readonly authenticate: Authenticate
  readonly identify: Identify
  readonly uploadTokens: UploadTokens
  readonly tokens: Tokens
  readonly temporaryKeys: TemporaryKeys
  readonly users: UserAdministration
  readonly keys: KeyAdministration
  readonly projects: ProjectAdministration
  /** See `bootstrap`. */
  bootstrap(wishes: BootstrapWishes): Promise<FirstCredentials | undefined>
  /**
   * Removes tokens that expired at least a day ago. Until then their holders learn that the token
   * has expired.
   */
  purge(): Promise<void>
}

const EXPIRED_KEPT_MS = 24 * 60 * 60_000
const LOGINS = { burst: 60, perMinute: 30 }
const LOGINS_OF_ADDRESS = { burst: 300, perMinute: 300 }
const FOREIGN_TOKENS_OF_ADDRESS = { burst: 300, perMinute: 300 }

/** Rejects with `invalid-parameter` when the store was made under another secret. */
export async function createIam({
  stores,
  secret,
  now,
  passwords = createPasswordHasher(),
  external,
}: IamOptions): Promise<Iam> {
  const box = createSecretBox(secret)
  await requireRightSecret(stores, secret)
  const cache = createCallerCache({ now })
  const watched = withCallerCache(stores, cache)
  const callers = createCallers({
    stores,
    cache,
    box,
    now,
    external: external && externalTokens(external, stores, now),
  })
  const uploads = createUploadTokens(secret)
  const loginRate = createRequestRate({ ...LOGINS, now })
  const addressRate = createRequestRate({ ...LOGINS_OF_ADDRESS, now })
  const temporaryKeys = createTemporaryKeys({ callers, box, now })
  const proofs = { callers, temporaryKeys, lock: createSignatureLock(now), now, uploadTokens: uploads }
  return {
    authenticate: createAuthenticate(proofs),
    identify: createIdentify(proofs),
    uploadTokens: uploads,
    tokens: createTokens({ stores: watched, callers, passwords, now, loginRate, addressRate }),
    temporaryKeys,
    users: createUserAdministration({ stores: watched, passwords, passwordRate: loginRate }),
    keys: createKeyAdministration({ stores: watched, box, now }),
    projects: createProjectAdministration(watched),
    bootstrap: wishes => bootstrap({ stores, passwords, box, now }, wishes),
    purge: () => stores.purgeTokens(now() - EXPIRED_KEPT_MS),
  }
}

function externalTokens(external: ExternalIam, stores: CredentialStores, now: () => EpochMs): ExternalTokens {
  const rejectedRate = createRequestRate({ ...FOREIGN_TOKENS_OF_ADDRESS, now })
  const isOwnProject = async (id: string) => (await stores.findProject({ id })) !== undefined
  return createExternalTokens({ ...external, isOwnProject, rejectedRate, now })
}

/** Otherwise each key would fail on its own, with an error that its owner cannot explain. */
async function requireRightSecret(stores: CredentialStores, secret: Uint8Array): Promise<void> {
  if (!(await secretCheck(stores))(secret))
    throw new TailraceError(
      'invalid-parameter',
      'The secret keys in the store were encrypted with another TAILRACE_SECRET_KEY or key file: start with that one.',
    )
}
