import { TailraceError } from '../../contract/errors.ts'
import type { KeyStore } from '../../core/ports/credentials.ts'
import { openSecretBox } from './secret-box.ts'

/**
 * Seals the secret keys of all access keys with another secret of the installation, all or nothing; resolves to their number. Upload tokens
 * and temporary keys, which are made with the secret and stored nowhere, are no longer true. Rejects with `invalid-parameter` when a
 * key is not sealed with `from`.
 */
export function resealKeys(stores: KeyStore, from: Uint8Array, to: Uint8Array): Promise<number> {
  const [old, next] = [openSecretBox(from), openSecretBox(to)]
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
