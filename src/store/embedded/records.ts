/**
 * The catalog and the journal of a data directory. The process that has the catalog open has the
 * lock of the whole store.
 */
import { TailraceError } from '../../contract/errors.ts'
import type { LogId } from '../../contract/quantities.ts'
import type { BuildCatalog, StepCensus } from '../../core/ports/build-catalog.ts'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'
import { openLocalJournal } from '../local/journal/local-journal.ts'
import type { LocalJournal } from '../local/journal/write-ahead-journal.ts'
import { sqlBuildCatalog } from '../sql/catalog/sql-build-catalog.ts'
import { sqlFrameCatalog } from '../sql/catalog/sql-frame-catalog.ts'
import { layoutOf } from './data-directory.ts'
import { CatalogFile } from './snapshot/catalog-file.ts'
import { openSqliteConnection, type SqliteConnection } from './sqlite/sqlite.ts'

export interface OpenCatalog extends AsyncDisposable {
  readonly connection: SqliteConnection
  readonly file: CatalogFile
  readonly builds: BuildCatalog & StepCensus
  readonly frames: FrameCatalog
}

/** Opens or makes the catalog in the directory. Rejects as `openSqlite` does. */
export async function openCatalog(directory: string): Promise<OpenCatalog> {
  await using opening = new AsyncDisposableStack()
  const path = layoutOf(directory).catalog
  // Closed last: closing the file drops the lock.
  const file = opening.use(new CatalogFile(path))
  const connection = opening.adopt(await openSqliteConnection(path), ({ db }) => db.destroy())
  const closing = opening.move()
  return {
    connection,
    file,
    builds: sqlBuildCatalog(connection.db),
    frames: sqlFrameCatalog(connection.db),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** How large the journal's files are. */
export interface JournalSizes {
  readonly segmentBytes: number
  readonly segments: number
}

export interface JournalOptions extends JournalSizes {
  /** Gets each thing that could not be read back, before the journal is open. */
  readonly onDamage: (damage: object) => void
  /** Opens a journal with logs that the catalog has never known. Their bytes are left out. */
  readonly mayBeNewer?: boolean
}

/**
 * Opens the journal in the directory, and recovers the logs that the catalog knows. Rejects as
 * `openLocalJournal` does, and with `store-unavailable` when it has logs that the catalog has never
 * known.
 */
export function openJournal(
  directory: string,
  { builds, frames }: OpenCatalog,
  { onDamage, mayBeNewer = false, ...sizes }: JournalOptions,
): Promise<LocalJournal> {
  return openLocalJournal({
    directory: layoutOf(directory).journal,
    ...sizes,
    onDamage,
    known: async logs => {
      if (!mayBeNewer) await assertGiven(builds, logs)
      return knownLogs(builds, frames, logs)
    },
  })
}

const OLDER_CATALOG =
  'The catalog is older than its journal. If it was restored from a backup, restore the whole data directory.'

/** The catalog would give unknown ids again, and the bytes would become those of other logs. */
async function assertGiven(census: StepCensus, logs: readonly LogId[]): Promise<void> {
  const lastLog = await census.lastLog()
  if (logs.some(log => log > lastLog)) throw new TailraceError('store-unavailable', OLDER_CATALOG)
}

/**
 * How far each log is packed, whether it accepts appends without being opened again, and its length
 * if it is sealed. Deleted logs are left out.
 */
export async function knownLogs(
  census: Pick<StepCensus, 'statesOf'>,
  frames: Pick<FrameCatalog, 'packedEnds'>,
  logs: readonly LogId[],
) {
  const [states, ends] = await Promise.all([census.statesOf(logs), frames.packedEnds(logs)])
  return new Map(
    [...states].map(([log, { state, sizeBytes }]) => [
      log,
      {
        packedEnd: ends.get(log)?.end ?? 0,
        // An append to any other log must open it, which makes its step running.
        open: state === 'running',
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
      },
    ]),
  )
}
