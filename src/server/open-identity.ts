import { join } from 'node:path'
import type { CredentialStores } from '../core/ports/credentials.ts'
import type { FirstCredentials } from '../iam/bootstrap.ts'
import { type Iam, openIam } from '../iam/open-iam.ts'
import { loadSecretKey } from '../iam/secret-key.ts'
import type { Config } from './config/config.ts'

/** Who asks, and what this start made on an empty store, in the clear. */
export interface Identity {
  readonly iam: Iam
  readonly first: FirstCredentials | undefined
}

/** Rejects with `invalid-parameter`, in one line for the person who starts the server, for a bad bootstrap value or secret key. */
export async function openIdentity(
  { dataDirectory, secretKey, bootstrap }: Config,
  stores: CredentialStores,
): Promise<Identity> {
  const secret = await loadSecretKey({
    given: secretKey?.reveal(),
    keyFile: join(dataDirectory, 'secret.key'),
    mayCreate: (await stores.anyKey()) === undefined,
  })
  const iam = await openIam({ stores, secret, now: Date.now })
  const first = await iam.bootstrap({
    ...bootstrap,
    password: bootstrap.password?.reveal(),
    ak: bootstrap.accessKey,
    sk: bootstrap.secretKey?.reveal(),
  })
  return { iam, first }
}
