import { join } from 'node:path'
import type { Clock } from '../core/ports/capabilities.ts'
import type { CredentialStores } from '../core/ports/credentials.ts'
import { openUserAdministration, type UserAdministration } from '../iam/administer-users.ts'
import { type Authenticate, openAuthenticate } from '../iam/authenticate.ts'
import { bootstrap, type FirstCredentials } from '../iam/bootstrap.ts'
import { openCallerCache } from '../iam/caller-cache.ts'
import { openCallers } from '../iam/callers.ts'
import { openPasswordHasher, type PasswordHasher } from '../iam/password-hasher.ts'
import { openRequestRate } from '../iam/request-rate.ts'
import { openSecretBox, type SecretBox } from '../iam/secret-box.ts'
import { loadSecretKey } from '../iam/secret-key.ts'
import { openSignatureLock } from '../iam/signature-lock.ts'
import { openTokens, type Tokens } from '../iam/tokens.ts'
import { type UploadTokens, uploadTokens } from '../iam/upload-tokens.ts'
import { withCallerCache } from '../iam/with-caller-cache.ts'
import type { Config } from './config/config.ts'

/** Everything about who asks, opened over the store of credentials. */
export interface Identity {
  readonly authenticate: Authenticate
  readonly uploadTokens: UploadTokens
  readonly tokens: Tokens
  readonly users: UserAdministration
  readonly stores: CredentialStores
  readonly box: SecretBox
  /** What this start made on an empty store, in the clear. */
  readonly first: FirstCredentials | undefined
  /** Forgets credentials that have expired. */
  purge(): Promise<void>
}

/** Attempts to log in: per user and address, and per address for all users together. */
const LOGINS_PER_MINUTE = 30
const LOGINS_PER_MINUTE_AND_ADDRESS = 300

/** Rejects with `invalid-parameter`, in one line for the person who starts the server, for a bad bootstrap value or secret key. */
export async function openIdentity(config: Config, plain: CredentialStores, now: Clock): Promise<Identity> {
  const secret = await loadSecretKey({
    given: config.secretKey?.reveal(),
    keyFile: join(config.dataDirectory, 'secret.key'),
    mayCreate: (await plain.anyKey()) === undefined,
  })
  const cache = openCallerCache({ now })
  const stores = withCallerCache(plain, cache)
  const box = openSecretBox(secret)
  const passwords = openPasswordHasher()
  const callers = openCallers({ stores, cache, box, now })
  const issuing = uploadTokens(secret)
  const rate = (perMinute: number) => openRequestRate({ burst: perMinute, perMinute, now })
  return {
    authenticate: openAuthenticate({ callers, lock: openSignatureLock(now), uploadTokens: issuing, now }),
    uploadTokens: issuing,
    tokens: openTokens({
      stores,
      callers,
      passwords,
      now,
      loginRate: rate(LOGINS_PER_MINUTE),
      addressRate: rate(LOGINS_PER_MINUTE_AND_ADDRESS),
    }),
    users: openUserAdministration({ stores, passwords, passwordRate: rate(LOGINS_PER_MINUTE) }),
    stores,
    box,
    first: await makeFirst(config, { stores, passwords, box, now }),
    purge: () => stores.purgeTokens(now()),
  }
}

function makeFirst(
  { bootstrap: wishes }: Config,
  ports: { stores: CredentialStores; passwords: PasswordHasher; box: SecretBox; now: Clock },
): Promise<FirstCredentials | undefined> {
  return bootstrap(ports, {
    ...wishes,
    password: wishes.password?.reveal(),
    ak: wishes.accessKey,
    sk: wishes.secretKey?.reveal(),
  })
}
