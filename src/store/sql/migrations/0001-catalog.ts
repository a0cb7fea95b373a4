import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { RUNNING } from '../catalog/step-codes.ts'
import { bytesType, clustered, identity, wideInteger } from '../dialect.ts'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no other schema than its own
type AnyKysely = Kysely<any>

/** Makes the tables of docs/formats/catalog.md. */
export const catalogMigration: Migration = {
  async up(db: AnyKysely) {
    await createJobs(db)
    await createBuilds(db)
    await createSteps(db)
    await createFrames(db)
  },
}

async function createJobs(db: AnyKysely): Promise<void> {
  await db.schema
    .createTable('jobs')
    .addColumn('id', wideInteger(db), identity(db))
    .addColumn('project_id', 'text', column => column.notNull())
    .addColumn('job_id', 'text', column => column.notNull())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('next_build_no', 'integer', column => column.notNull())
    .addUniqueConstraint('jobs_by_id', ['project_id', 'job_id'])
    .addUniqueConstraint('jobs_by_name', ['project_id', 'name'])
    .execute()
}

async function createBuilds(db: AnyKysely): Promise<void> {
  await db.schema
    .createTable('builds')
    .addColumn('id', wideInteger(db), identity(db))
    .addColumn('project_id', 'text', column => column.notNull())
    .addColumn('record_id', 'text', column => column.notNull())
    .addColumn('job', wideInteger(db), column => column.notNull().references('jobs.id'))
    .addColumn('build_no', 'integer', column => column.notNull())
    .addColumn('source', 'text', column => column.notNull())
    .addColumn('creator_id', 'text', column => column.notNull())
    .addColumn('created_at_ms', wideInteger(db), column => column.notNull())
    .addColumn('finished_at_ms', wideInteger(db))
    .addColumn('outcome', 'integer')
    .addUniqueConstraint('builds_by_record', ['project_id', 'record_id'])
    .addUniqueConstraint('builds_by_number', ['job', 'build_no'])
    .execute()
}

async function createSteps(db: AnyKysely): Promise<void> {
  await db.schema
    .createTable('steps')
    .addColumn('log', wideInteger(db), identity(db))
    .addColumn('build', wideInteger(db), column => column.notNull().references('builds.id'))
    .addColumn('step_id', 'integer', column => column.notNull())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('state', 'integer', column => column.notNull())
    .addColumn('began_at_ms', wideInteger(db))
    .addColumn('finished_at_ms', wideInteger(db))
    .addColumn('outcome', 'integer')
    .addColumn('size_bytes', wideInteger(db))
    .addColumn('sha256', bytesType(db))
    .addColumn('verified', 'integer')
    .addUniqueConstraint('steps_by_build', ['build', 'step_id'])
    .execute()
  await db.schema
    .createIndex('steps_running')
    .on('steps')
    .column('log')
    .where(sql<boolean>`state = ${sql.lit(RUNNING)}`)
    .execute()
}

async function createFrames(db: AnyKysely): Promise<void> {
  await db.schema
    .createTable('packs')
    .addColumn('id', wideInteger(db), identity(db))
    .addColumn('name', 'text', column => column.notNull().unique())
    .addColumn('end_position', wideInteger(db), column => column.notNull())
    .execute()
  const frames = db.schema
    .createTable('frames')
    .addColumn('log', wideInteger(db), column => column.notNull())
    .addColumn('at', wideInteger(db), column => column.notNull())
    .addColumn('bytes', 'integer', column => column.notNull())
    .addColumn('first_line', wideInteger(db), column => column.notNull())
    .addColumn('lines', 'integer', column => column.notNull())
    .addColumn('pack', wideInteger(db), column => column.notNull())
    .addColumn('position', wideInteger(db), column => column.notNull())
    .addColumn('stored_bytes', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('frames_by_place', ['log', 'at'])
  await clustered(db, frames).execute()
  await db.schema
    .createIndex('frames_by_line')
    .on('frames')
    .columns(['log', 'first_line', 'at'])
    .where(sql<boolean>`first_line > 0`)
    .execute()
}
