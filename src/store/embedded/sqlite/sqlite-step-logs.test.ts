import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStepLogs } from '../../conformance/describe-step-logs.ts'
import { sqlBuildCatalog } from '../../sql/catalog/sql-build-catalog.ts'
import { sqlStepLogs } from '../../sql/catalog/sql-step-logs.ts'
import { openSqlite } from './sqlite.ts'

describeStepLogs('SQLite', async use => {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-step-logs-'))
  try {
    await using db = await openSqlite(join(folder, 'catalog.db'))
    await use(sqlStepLogs(db), sqlBuildCatalog(db))
  } finally {
    await rm(folder, { recursive: true })
  }
})
