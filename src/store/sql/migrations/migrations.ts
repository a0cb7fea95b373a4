import type { Migration } from 'kysely/migration'
import { catalogMigration } from './0001-catalog.ts'
import { credentialMigration } from './0002-credentials.ts'
import { tokenParentMigration } from './0003-token-parents.ts'
import { historyMigration } from './0005-history.ts'
import { removalMigration } from './0005-removal.ts'
import { packUsageMigration } from './0006-pack-usage.ts'
import { retentionMigration } from './0007-retention.ts'
import { openBuildsMigration } from './0008-open-builds.ts'

/** Every change of the schema, in the order of the names. One that was released is never edited: a new one follows it. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-catalog': catalogMigration,
  '0002-credentials': credentialMigration,
  '0003-token-parents': tokenParentMigration,
  '0005-removal': removalMigration,
  '0006-pack-usage': packUsageMigration,
  '0007-retention': retentionMigration,
  '0005-history': historyMigration,
  '0008-open-builds': openBuildsMigration,
}
