import type { Store } from '../core/ports/store.ts'
import type { FirstCredentials } from '../iam/bootstrap.ts'
import { createKeystone } from '../iam/external/ask-keystone.ts'
import { type AnswerWatch, watchAnswers } from '../iam/external/watch-answers.ts'
import { createIam, type Iam } from '../iam/iam.ts'
import { settleKeyFile } from '../iam/secrets/replace-key-file.ts'
import { secretCheck } from '../iam/secrets/sealed-keys.ts'
import { loadSecretKey } from '../iam/secrets/secret-key.ts'
import type { Config } from './config/config.ts'

/** Authentication and users of a server. */
export interface Identity {
  readonly iam: Iam
  /**
   * Makes the first user of an empty store. Resolves to the credentials in the clear, or to
   * undefined when the store is not empty. Call it last, so that a start that fails leaves no user
   * whose password nobody has seen. Rejects with `invalid-parameter`, in one line for the person
   * who starts the server, for a bad bootstrap value.
   */
  bootstrap(): Promise<FirstCredentials | undefined>
}

/**
 * Opens the IAM over the store's credentials. Rejects with `invalid-parameter`, in one line for the
 * person who starts the server, for a bad secret key.
 */
export async function openIdentity(
  { secretKey, externalIam, bootstrap }: Config,
  { credentials: stores, secretKeyFile: keyFile }: Pick<Store, 'credentials' | 'secretKeyFile'>,
  watch: AnswerWatch,
): Promise<Identity> {
  const given = secretKey?.reveal()
  if (given === undefined && keyFile !== undefined) await settleKeyFile(keyFile, await secretCheck(stores))
  const secret = await loadSecretKey({
    given,
    keyFile,
    mayCreate: (await stores.anyKey()) === undefined,
  })
  const external = externalIam && {
    ask: watchAnswers(createKeystone(externalIam.url), watch, Date.now),
    rules: externalIam,
    cacheMs: externalIam.cacheMs,
  }
  const iam = await createIam({ stores, secret, now: Date.now, ...(external && { external }) })
  return {
    iam,
    bootstrap: () =>
      iam.bootstrap({
        ...bootstrap,
        password: bootstrap.password?.reveal(),
        ak: bootstrap.accessKey,
        sk: bootstrap.secretKey?.reveal(),
      }),
  }
}
