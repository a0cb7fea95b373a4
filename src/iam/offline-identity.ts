import { randomBytes } from 'node:crypto'
import { TailraceError } from '../contract/errors.ts'
import type { CredentialStores } from '../core/ports/credentials.ts'
import { recoverPassword } from './recover-password.ts'
import { createPasswordHasher } from './secrets/password-hasher.ts'
import { adoptKeyFile, proposeKeyFile, settleKeyFile } from './secrets/replace-key-file.ts'
import { resealKeys, secretCheck } from './secrets/sealed-keys.ts'
import { loadSecretKey, parseSecretKey } from './secrets/secret-key.ts'

/**
 * Users and keys of a store whose server is stopped, for those who can write to the store itself.
 */
export interface OfflineIdentity {
  /** See `recoverPassword`. */
  setPassword(name: string, newPassword: () => Promise<string>): Promise<void>

  /**
   * Encrypts the store with a new secret key. A key in the key file is replaced there, by `given`
   * or by a generated one; a key from the environment can only be replaced by `given`. If it is
   * interrupted, the store opens with the old key or with the new one, and the same call finishes
   * the change. Repeats change nothing. Rejects with `invalid-parameter` for a key that is
   * malformed, missing or not the store's.
   */
  changeSecretKey(given: string | undefined): Promise<ChangedSecretKey>
}

export interface ChangedSecretKey {
  /**
   * How many access keys were encrypted again; undefined when the store has the given key already.
   */
  readonly keys: number | undefined
  /** Where the new key is; undefined for a key from the environment. */
  readonly keyFile: string | undefined
}

/** Where a server of the store gets its secret key from. */
export interface CurrentSecretKey {
  /** The value of TAILRACE_SECRET_KEY, where it is set. */
  readonly given: string | undefined
  /** Otherwise used; undefined where the store has no place for one. */
  readonly keyFile: string | undefined
}

/** No server may have the store open meanwhile. */
export function offlineIdentity(stores: CredentialStores, current: CurrentSecretKey): OfflineIdentity {
  return {
    setPassword: (name, newPassword) => recoverPassword(stores, createPasswordHasher(), name, newPassword),
    changeSecretKey: given =>
      current.given === undefined && current.keyFile !== undefined
        ? changeKeyFile(stores, current.keyFile, given)
        : changeGivenKey(stores, current.given ?? '', given),
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
