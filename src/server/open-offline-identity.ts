import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { TailraceError } from '../contract/errors.ts'
import type { CredentialStores } from '../core/ports/credentials.ts'
import { recoverPassword } from '../iam/recover-password.ts'
import { createPasswordHasher } from '../iam/secrets/password-hasher.ts'
import { adoptKeyFile, proposeKeyFile, settleKeyFile } from '../iam/secrets/replace-key-file.ts'
import { resealKeys, secretCheck } from '../iam/secrets/sealed-keys.ts'
import { loadSecretKey, parseSecretKey } from '../iam/secrets/secret-key.ts'
import { requireStore } from '../store/embedded/existing-store.ts'
import { openSqlite } from '../store/embedded/sqlite/sqlite.ts'
import { sqlCredentials } from '../store/sql/credentials/sql-credentials.ts'
import type { Config } from './config/config.ts'

/** Users and keys of a store that no server has, for those who may write its directory. */
export interface OfflineIdentity extends AsyncDisposable {
  /** See `recoverPassword`. */
  setPassword(name: string, newPassword: () => Promise<string>): Promise<void>

  /**
   * Lets the store be encrypted with a new secret key, in the place of the old one: the key file, where the old one is in it, gets `given` or else
   * one made up; a key of the environment must be `given`. At every moment the store can be opened with the old key or with the new one. The same again changes nothing.
   * Rejects with `invalid-parameter` for a key that is malformed, missing or not the store's.
   */
  changeSecretKey(given: string | undefined): Promise<ChangedSecretKey>
}

export interface ChangedSecretKey {
  /** How many access keys were encrypted anew; undefined when the store has the given key already. */
  readonly keys: number | undefined
  /** Where the new key is; undefined for a key of the environment. */
  readonly keyFile: string | undefined
}

/** Rejects with `store-unavailable` when a server has the store or its restore has not ended, `not-found` when there is none. */
export async function openOfflineIdentity(
  config: Pick<Config, 'dataDirectory' | 'secretKey'>,
): Promise<OfflineIdentity> {
  const db = await openSqlite(await requireStore(config.dataDirectory))
  const stores = sqlCredentials(db)
  return {
    setPassword: (name, newPassword) => recoverPassword(stores, createPasswordHasher(), name, newPassword),
    changeSecretKey: given =>
      config.secretKey === undefined
        ? changeKeyFile(stores, join(config.dataDirectory, 'secret.key'), given)
        : changeGivenKey(stores, config.secretKey.reveal(), given),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

const NEW_KEY = 'TAILRACE_NEW_SECRET_KEY'

async function changeKeyFile(
  stores: CredentialStores,
  keyFile: string,
  given: string | undefined,
): Promise<ChangedSecretKey> {
  await settleKeyFile(keyFile, await secretCheck(stores))
  const from = await loadSecretKey({ keyFile, mayCreate: false })
  const to = given === undefined ? randomBytes(32) : parseSecretKey(given, NEW_KEY)
  if (Buffer.from(from).equals(to)) return { keys: undefined, keyFile }
  await proposeKeyFile(keyFile, to)
  const keys = await resealKeys(stores, from, to)
  await adoptKeyFile(keyFile)
  return { keys, keyFile }
}

async function changeGivenKey(
  stores: CredentialStores,
  current: string,
  given: string | undefined,
): Promise<ChangedSecretKey> {
  if (given === undefined)
    throw new TailraceError(
      'invalid-parameter',
      `TAILRACE_SECRET_KEY is set, so the new key must be too: set ${NEW_KEY}.`,
    )
  const [from, to] = [parseSecretKey(current, 'TAILRACE_SECRET_KEY'), parseSecretKey(given, NEW_KEY)]
  const isRight = await secretCheck(stores)
  if (Buffer.from(from).equals(to) || (isRight(to) && !isRight(from)))
    return { keys: undefined, keyFile: undefined }
  return { keys: await resealKeys(stores, from, to), keyFile: undefined }
}
