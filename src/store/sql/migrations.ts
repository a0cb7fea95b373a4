import type { Migration } from 'kysely/migration'
import { catalogMigration } from './catalog-migration.ts'
import { credentialMigration } from './credential-migration.ts'
import { historyMigration } from './history-migration.ts'
import { openBuildsMigration } from './open-builds-migration.ts'
import { packUsageMigration } from './pack-usage-migration.ts'
import { removalMigration } from './removal-migration.ts'
import { retentionMigration } from './retention-migration.ts'
import { tokenParentMigration } from './token-parent-migration.ts'

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
