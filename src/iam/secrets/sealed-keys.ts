import { TailraceError } from '../../contract/errors.ts'
import type { KeyStore } from '../../core/ports/credentials.ts'
import { createSecretBox } from './secret-box.ts'

/**
 * Resolves to a check whether the stored keys are sealed with a secret. With no keys stored, every
 * secret passes.
 */
export async function secretCheck(stores: KeyStore): Promise<(secret: Uint8Array) => boolean> {
  const key = await stores.anyKey()
  return secret =>
    key === undefined || createSecretBox(secret).open(key.sealedSecretKey, key.accessKey) !== undefined
}

/**
 * Seals the secret keys of all access keys with another secret of the installation, all or nothing.
 * Resolves to their number. Upload tokens and temporary keys, which are made from the secret and
 * stored nowhere, become invalid. Rejects with `invalid-parameter` when a key is not sealed with
 * `from`.
 */
export function resealKeys(stores: KeyStore, from: Uint8Array, to: Uint8Array): Promise<number> {
  const [old, next] = [createSecretBox(from), createSecretBox(to)]
  return stores.resealKeys(({ accessKey, sealedSecretKey }) => {
    const secretKey = old.open(sealedSecretKey, accessKey)
    if (secretKey === undefined)
      throw new TailraceError(
        'invalid-parameter',
        `The secret key of the access key ${accessKey} was encrypted with another key than the one given.`,
      )
    return next.seal(secretKey, accessKey)
  })
}
