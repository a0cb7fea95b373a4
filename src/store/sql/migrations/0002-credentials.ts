import type { CreateTableBuilder, Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { wideInteger } from '../dialect.ts'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no other schema than its own
type AnyKysely = Kysely<any>

/** Makes the tables of users, keys and tokens. Deleting a user deletes what belongs to them. */
export const credentialMigration: Migration = {
  async up(db: AnyKysely) {
    await db.schema
      .createTable('domains')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('name', 'text', column => column.notNull().unique())
      .execute()
    await inDomain(db.schema.createTable('projects'), 'projects_by_name').execute()
    await inDomain(db.schema.createTable('users'), 'users_by_name')
      .addColumn('password_hash', 'text', column => column.notNull())
      .addColumn('password_version', 'integer', column => column.notNull())
      .execute()
    await createMembers(db)
    await createTokens(db)
    await createAccessKeys(db)
  },
}

function inDomain<T extends string, C extends string>(table: CreateTableBuilder<T, C>, names: string) {
  return table
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('domain_id', 'text', column => column.notNull().references('domains.id'))
    .addColumn('name', 'text', column => column.notNull())
    .addUniqueConstraint(names, ['domain_id', 'name'])
}

function ofUser<T extends string, C extends string>(table: CreateTableBuilder<T, C>) {
  return table.addColumn('user_id', 'text', column =>
    column.notNull().references('users.id').onDelete('cascade'),
  )
}

async function createMembers(db: AnyKysely): Promise<void> {
  await ofUser(db.schema.createTable('members'))
    .addColumn('project_id', 'text', column => column.notNull().references('projects.id'))
    .addColumn('roles', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('members_by_user', ['user_id', 'project_id'])
    .execute()
  await db.schema.createIndex('members_by_project').on('members').column('project_id').execute()
}

async function createTokens(db: AnyKysely): Promise<void> {
  await ofUser(db.schema.createTable('tokens').addColumn('sha256', 'text', column => column.primaryKey()))
    .addColumn('project_id', 'text', column => column.references('projects.id'))
    .addColumn('domain_id', 'text', column => column.references('domains.id'))
    .addColumn('methods', 'text', column => column.notNull())
    .addColumn('roles', 'integer', column => column.notNull())
    .addColumn('password_version', 'integer', column => column.notNull())
    .addColumn('issued_at_ms', wideInteger(db), column => column.notNull())
    .addColumn('expires_at_ms', wideInteger(db), column => column.notNull())
    .execute()
  await db.schema.createIndex('tokens_by_user').on('tokens').columns(['user_id', 'project_id']).execute()
  await db.schema.createIndex('tokens_by_expiry').on('tokens').column('expires_at_ms').execute()
}

async function createAccessKeys(db: AnyKysely): Promise<void> {
  await ofUser(
    db.schema.createTable('access_keys').addColumn('access_key', 'text', column => column.primaryKey()),
  )
    .addColumn('sealed_secret_key', 'text', column => column.notNull())
    .addColumn('project_id', 'text', column => column.notNull().references('projects.id'))
    .addColumn('created_at_ms', wideInteger(db), column => column.notNull())
    .execute()
  await db.schema.createIndex('keys_by_user').on('access_keys').column('user_id').execute()
  await db.schema.createIndex('keys_by_project').on('access_keys').column('project_id').execute()
}
