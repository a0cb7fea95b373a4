import { mkdir } from 'node:fs/promises'
import type { Kysely } from 'kysely'
import type { LogId } from '../../../contract/quantities.ts'
import type { StepState } from '../../../core/ports/build-catalog.ts'
import type { LocalJournal } from '../../local/journal/write-ahead-journal.ts'
import { packFileName } from '../../local/packs/pack-file-name.ts'
import { sqlBuildCatalog } from '../../sql/catalog/sql-build-catalog.ts'
import type { Tables } from '../../sql/tables.ts'
import { layoutOf } from '../data-directory.ts'
import type { OpenCatalog } from '../records.ts'
import { openSqlite } from '../sqlite/sqlite.ts'
import { copyJournal } from './copy-journal.ts'

/** What of a pack's file belongs to a snapshot: its first bytes. */
export interface SnapshotPack {
  /** The file's name in the directory of packs. */
  readonly name: string
  readonly bytes: number
}

export interface SnapshotSource {
  readonly catalog: Pick<OpenCatalog, 'connection' | 'file'>
  readonly journal: LocalJournal
}

/**
 * Copies catalog and journal of one moment into `directory`, which is made. Together with the packs
 * that this resolves to, the copy is a store as a server would leave it at that moment. It has all
 * log bytes that were acknowledged before the call, and may have a prefix of what each log got
 * meanwhile. `still` must run its work while nothing moves from the journal to packs and no row is
 * removed or moved; appends continue. Rejects with the system's error or as the ports do.
 */
export async function takeSnapshot(
  { catalog, journal }: SnapshotSource,
  directory: string,
  still: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<readonly SnapshotPack[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await using copy = await catalog.file.beginCopy(catalog.connection, directory)
  return still(async () => {
    await copy.finish()
    const copied = await openSqlite(layoutOf(directory).catalog)
    try {
      const known = await logsWithBytes(copied, journal)
      const logs = journal.storedLogs().filter(({ log }) => known.has(log))
      await copyJournal(journal, logs, layoutOf(directory).journal)
      return await packsOf(copied)
    } finally {
      await copied.destroy()
    }
  })
}

const NOT_BEGUN: readonly StepState[] = ['waiting', 'skipped']

/**
 * The logs in the journal that had begun by the copied catalog. Its journal must not know others.
 */
async function logsWithBytes(copied: Kysely<Tables>, journal: LocalJournal): Promise<ReadonlySet<LogId>> {
  const states = await sqlBuildCatalog(copied).statesOf(journal.storedLogs().map(({ log }) => log))
  return new Set([...states].filter(([, { state }]) => !NOT_BEGUN.includes(state)).map(([log]) => log))
}

async function packsOf(copied: Kysely<Tables>): Promise<readonly SnapshotPack[]> {
  const rows = await copied.selectFrom('packs').select(['name', 'end_position as bytes']).execute()
  return rows.flatMap(({ name, bytes }) => {
    const file = packFileName(name)
    return file === undefined || bytes === 0 ? [] : [{ name: file, bytes }]
  })
}
