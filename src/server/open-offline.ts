import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TailraceError } from '../contract/errors.ts'
import type { CheckPorts } from '../core/keep/check-store.ts'
import type { LogId } from '../core/ports/journal.ts'
import { storeLogReader } from '../core/read/store-log-reader.ts'
import { openLocalJournal } from '../store/local/journal/local-journal.ts'
import { openLocalPackStore } from '../store/local/packs/local-pack-store.ts'
import { openPackDirectory } from '../store/local/packs/node-files.ts'
import { openSqlite } from '../store/local/sqlite.ts'
import { sqlBuildCatalog } from '../store/sql/sql-build-catalog.ts'
import { sqlBuildRemoval } from '../store/sql/sql-build-removal.ts'
import { sqlFrameCatalog } from '../store/sql/sql-frame-catalog.ts'
import { sqlRetentionCatalog } from '../store/sql/sql-retention-catalog.ts'
import type { Config } from './config/config.ts'

/** A store that no server has, to be looked at. */
export interface OfflineStore extends CheckPorts, AsyncDisposable {}

/**
 * Opens the store in the data directory as a server would, under the same lock, but serves and keeps nothing, and cuts nothing off packs. What the journal
 * could not read back goes to `onDamage`. Rejects with `store-unavailable` when a server has it, `not-found` when there is none.
 */
export async function openOffline(
  { dataDirectory, journal }: Pick<Config, 'dataDirectory' | 'journal'>,
  onDamage: (damage: object) => void,
): Promise<OfflineStore> {
  const catalog = join(dataDirectory, 'catalog.sqlite')
  if ((await stat(catalog).catch(() => undefined)) === undefined)
    throw new TailraceError('not-found', `There is no store in ${dataDirectory}.`)
  await using opening = new AsyncDisposableStack()
  const db = opening.adopt(await openSqlite(catalog), one => one.destroy())
  const [builds, frames] = [sqlBuildCatalog(db), sqlFrameCatalog(db)]
  const directory = await openPackDirectory(join(dataDirectory, 'packs'))
  // A pack without an end by rows is left as it is.
  const packs = opening.use(await openLocalPackStore({ directory, packEnd: async () => 0 }))
  const known = async (logs: readonly LogId[]) => {
    const [states, ends] = await Promise.all([builds.statesOf(logs), frames.packedEnds(logs)])
    return new Map(
      [...states].map(([log, { state, sizeBytes }]) => [
        log,
        {
          packedEnd: ends.get(log)?.end ?? 0,
          open: state !== 'sealed',
          ...(sizeBytes === undefined ? {} : { sizeBytes }),
        },
      ]),
    )
  }
  const live = opening.use(
    await openLocalJournal({ directory: join(dataDirectory, 'journal'), ...journal, known, onDamage }),
  )
  const ending = opening.move()
  return {
    builds,
    frames,
    packs,
    removal: sqlBuildRemoval(db),
    retention: sqlRetentionCatalog(db),
    reader: storeLogReader({ journal: live, frames, packs }),
    newSha256: () => {
      const hash = createHash('sha256')
      return { update: bytes => void hash.update(bytes), hex: () => hash.copy().digest('hex') }
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}
