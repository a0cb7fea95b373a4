import type { Migration } from 'kysely/migration'
import { catalogMigration } from './0001-catalog.ts'
import { credentialMigration } from './0002-credentials.ts'
import { tokenParentMigration } from './0003-token-parents.ts'
import { historyMigration } from './0004-history.ts'
import { removalMigration } from './0005-removal.ts'
import { packUsageMigration } from './0006-pack-usage.ts'
import { retentionMigration } from './0007-retention.ts'
import { openBuildsMigration } from './0008-open-builds.ts'

/**
 * Every change of the schema, by the name that databases record it under. They run in the order of
 * these names. Never edit or rename one that was released: add another after the last.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-catalog': catalogMigration,
  '0002-credentials': credentialMigration,
  '0003-token-parents': tokenParentMigration,
  // Released with this number, so databases have recorded it. Its file has the number of its turn.
  '0005-history': historyMigration,
  '0005-removal': removalMigration,
  '0006-pack-usage': packUsageMigration,
  '0007-retention': retentionMigration,
  '0008-open-builds': openBuildsMigration,
}
