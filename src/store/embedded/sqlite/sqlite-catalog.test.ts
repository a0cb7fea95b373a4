import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { describeBuildCatalog } from '../../conformance/describe-build-catalog.ts'
import { describeBuildHistory } from '../../conformance/describe-build-history.ts'
import { describeBuildRemoval } from '../../conformance/describe-build-removal.ts'
import { describeFrameCatalog } from '../../conformance/describe-frame-catalog.ts'
import { describeFrameMaintenance } from '../../conformance/describe-frame-maintenance.ts'
import { describeRetentionCatalog } from '../../conformance/describe-retention-catalog.ts'
import { sqlBuildCatalog } from '../../sql/catalog/sql-build-catalog.ts'
import { sqlBuildHistory } from '../../sql/catalog/sql-build-history.ts'
import { sqlBuildRemoval } from '../../sql/catalog/sql-build-removal.ts'
import { sqlFrameCatalog } from '../../sql/catalog/sql-frame-catalog.ts'
import { sqlFrameMaintenance } from '../../sql/catalog/sql-frame-maintenance.ts'
import { sqlRetentionCatalog } from '../../sql/catalog/sql-retention-catalog.ts'
import type { Tables } from '../../sql/tables.ts'
import { openSqlite } from './sqlite.ts'

async function withDatabase(use: (db: Kysely<Tables>) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-catalog-'))
  try {
    await using db = await openSqlite(join(folder, 'catalog.db'))
    await use(db)
  } finally {
    await rm(folder, { recursive: true })
  }
}

describeBuildCatalog('SQLite', use => withDatabase(db => use(sqlBuildCatalog(db))))
describeFrameCatalog('SQLite', use => withDatabase(db => use(sqlFrameCatalog(db))))
describeBuildRemoval('SQLite', use =>
  withDatabase(db => use({ ...sqlBuildCatalog(db), ...sqlBuildRemoval(db) })),
)
describeFrameMaintenance('SQLite', use =>
  withDatabase(db => use({ ...sqlFrameCatalog(db), ...sqlFrameMaintenance(db) })),
)
describeBuildHistory('SQLite', use => withDatabase(db => use(sqlBuildHistory(db), sqlBuildCatalog(db))))
describeRetentionCatalog('SQLite', use =>
  withDatabase(db => use(sqlRetentionCatalog(db), sqlBuildCatalog(db))),
)
