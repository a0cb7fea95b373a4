import { TailraceError } from '../contract/errors.ts'
import type { EpochMs } from '../contract/quantities.ts'
import type { CredentialStores } from '../core/ports/credentials.ts'
import { type KeyAdministration, openKeyAdministration } from './administer-keys.ts'
import { openProjectAdministration, type ProjectAdministration } from './administer-projects.ts'
import { openUserAdministration, type UserAdministration } from './administer-users.ts'
import { type Authenticate, type Identify, openAuthenticate, openIdentify } from './authenticate.ts'
import { type BootstrapWishes, bootstrap, type FirstCredentials } from './bootstrap.ts'
import { openCallerCache } from './caller-cache.ts'
import { openCallers } from './callers.ts'
import type { ExternalRules } from './external/admit-external.ts'
import type { AskKeystone } from './external/ask-keystone.ts'
import { type ExternalTokens, openExternalTokens } from './external/external-tokens.ts'
import { openRequestRate } from './request-rate.ts'
import { openPasswordHasher, type PasswordHasher } from './secrets/password-hasher.ts'
import { rightSecret } from './secrets/right-secret.ts'
import { openSecretBox } from './secrets/secret-box.ts'
import { openSignatureLock } from './signature-lock.ts'
import { openTemporaryKeys, type TemporaryKeys } from './temporary-keys.ts'
import { openTokens, type Tokens } from './tokens.ts'
import { type UploadTokens, uploadTokens } from './upload-tokens.ts'
import { withCallerCache } from './with-caller-cache.ts'

export interface IamOptions {
  readonly stores: CredentialStores
  /** The installation's secret, 32 bytes. */
  readonly secret: Uint8Array
  readonly now: () => EpochMs
  readonly passwords?: PasswordHasher
  /** A Keystone-compatible service whose tokens are taken too. */
  readonly external?: ExternalIam
}

/** An external IAM: how to ask it, what its word counts for, and how long it is believed. */
export interface ExternalIam {
  readonly ask: AskKeystone
  readonly rules: ExternalRules
  readonly cacheMs: number
}

/** Everything that decides who asks, over one store. All changes of the store go through here, so that they act at once. */
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
  /** Removes tokens that expired a day ago or earlier; until then their holders are told why they are refused. */
  purge(): Promise<void>
}

const TOLD_FOR_MS = 24 * 60 * 60_000
const LOGINS = { burst: 60, perMinute: 30 }
const LOGINS_OF_ADDRESS = { burst: 300, perMinute: 300 }
const FOREIGN_TOKENS_OF_ADDRESS = { burst: 300, perMinute: 300 }

/** Rejects with `invalid-parameter` when the store was made under another secret. */
export async function openIam({
  stores,
  secret,
  now,
  passwords = openPasswordHasher(),
  external,
}: IamOptions): Promise<Iam> {
  const box = openSecretBox(secret)
  await requireRightSecret(stores, secret)
  const cache = openCallerCache({ now })
  const watched = withCallerCache(stores, cache)
  const callers = openCallers({
    stores,
    cache,
    box,
    now,
    external: external && externalTokens(external, stores, now),
  })
  const uploads = uploadTokens(secret)
  const loginRate = openRequestRate({ ...LOGINS, now })
  const addressRate = openRequestRate({ ...LOGINS_OF_ADDRESS, now })
  const temporaryKeys = openTemporaryKeys({ callers, box, now })
  const proofs = { callers, temporaryKeys, lock: openSignatureLock(now), now, uploadTokens: uploads }
  return {
    authenticate: openAuthenticate(proofs),
    identify: openIdentify(proofs),
    uploadTokens: uploads,
    tokens: openTokens({ stores: watched, callers, passwords, now, loginRate, addressRate }),
    temporaryKeys,
    users: openUserAdministration({ stores: watched, passwords, passwordRate: loginRate }),
    keys: openKeyAdministration({ stores: watched, box, now }),
    projects: openProjectAdministration(watched),
    bootstrap: wishes => bootstrap({ stores, passwords, box, now }, wishes),
    purge: () => stores.purgeTokens(now() - TOLD_FOR_MS),
  }
}

function externalTokens(external: ExternalIam, stores: CredentialStores, now: () => EpochMs): ExternalTokens {
  const refusedRate = openRequestRate({ ...FOREIGN_TOKENS_OF_ADDRESS, now })
  const isOwnProject = async (id: string) => (await stores.findProject({ id })) !== undefined
  return openExternalTokens({ ...external, isOwnProject, refusedRate, now })
}

/** Keys that could not be opened would fail one by one, each a riddle to its owner. */
async function requireRightSecret(stores: CredentialStores, secret: Uint8Array): Promise<void> {
  if (!(await rightSecret(stores))(secret))
    throw new TailraceError(
      'invalid-parameter',
      'The secret keys in the store were encrypted with another TAILRACE_SECRET_KEY or key file: start with that one.',
    )
}
