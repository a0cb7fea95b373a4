import type { KeyStore } from '../../core/ports/credentials.ts'
import { openSecretBox } from './secret-box.ts'

/** Tells of a secret whether the store's keys are sealed with it; as long as there are none, every secret is right. */
export async function rightSecret(stores: KeyStore): Promise<(secret: Uint8Array) => boolean> {
  const key = await stores.anyKey()
  return secret =>
    key === undefined || openSecretBox(secret).open(key.sealedSecretKey, key.accessKey) !== undefined
}
