import type { CheckListener, StoreCheck } from '../../core/maintain/check-store.ts'
import type { OfflineIdentity } from '../../iam/offline-identity.ts'
import { newSha256 } from '../../server/capabilities.ts'
import type { Config } from '../../server/config/config.ts'
import { readConfig } from '../../server/config/read-config.ts'
import { ConfigError } from '../../server/config/settings.ts'
import type { CopyOptions } from '../../store/embedded/backup/copy-file.ts'
import type { RestoredBackup } from '../../store/embedded/backup/restore-backup.ts'
import type { WrittenBackup } from '../../store/embedded/backup/write-backup.ts'
import { type CommandIo, UsageError } from '../command-line/command.ts'
import { version } from '../version.ts'

export type { StoreCheck, StoreFault } from '../../core/maintain/check-store.ts'
export type { ChangedSecretKey } from '../../iam/offline-identity.ts'
export type { RestoredBackup, WrittenBackup }

/**
 * The store on this machine that a server has, had or will have. Methods reject as the function
 * that they name.
 */
export interface LocalStore {
  readonly dataDirectory: string

  /** `checkStore`, while a server runs or not. What the journal has lost is a fault too. */
  check(listener: CheckListener): Promise<StoreCheck>

  /** `backUp`, while a server runs or not. */
  backUp(target: string, previous: string | undefined, options: CopyOptions): Promise<WrittenBackup>

  /** `restoreBackup`. `isKeyMissing`: a server that starts now has no secret key. */
  restore(backup: string, options: CopyOptions): Promise<RestoredBackup & { readonly isKeyMissing: boolean }>

  /** `openCredentials`, while no server runs. */
  openIdentity(): Promise<OfflineIdentity & AsyncDisposable>
}

/**
 * The store that `tailrace serve` would use: of `--data`, or of the settings. Throws UsageError for
 * a bad setting.
 */
export function localStore(data: string | undefined, { env }: CommandIo): LocalStore {
  const { dataDirectory, journal, secretKey } = configOf(data, env)
  const embedded = () => import('../../store/embedded/open-embedded.ts')
  return {
    dataDirectory,

    async check(listener) {
      const [{ openForReading }, { checkStore }] = await Promise.all([
        embedded(),
        import('../../core/maintain/check-store.ts'),
      ])
      await using store = await openForReading(dataDirectory, journal, damage =>
        listener.onFault({ subject: 'journal', message: JSON.stringify(damage) }),
      )
      const check = await checkStore({ ...store, newSha256 }, listener)
      store.lost.throwIfAborted()
      return check
    },

    async backUp(target, previous, options) {
      const { backUp } = await import('../../store/embedded/backup/write-backup.ts')
      return backUp(dataDirectory, { target, previous, version: version(), sizes: journal }, options)
    },

    async restore(backup, options) {
      const { restoreBackup } = await import('../../store/embedded/backup/restore-backup.ts')
      const restored = await restoreBackup(backup, dataDirectory, options)
      return { ...restored, isKeyMissing: secretKey === undefined && !restored.hasSecretKeyFile }
    },

    async openIdentity() {
      const [{ openCredentials }, { offlineIdentity }] = await Promise.all([
        embedded(),
        import('../../iam/offline-identity.ts'),
      ])
      const store = await openCredentials(dataDirectory)
      return {
        ...offlineIdentity(store.credentials, { given: secretKey?.reveal(), keyFile: store.secretKeyFile }),
        [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
      }
    },
  }
}

function configOf(data: string | undefined, env: NodeJS.ProcessEnv): Config {
  try {
    return readConfig(data === undefined ? [] : ['--data', data], env)
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message)
    throw error
  }
}
