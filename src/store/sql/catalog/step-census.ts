import { type Kysely, sql } from 'kysely'
import type { EpochMs, LogId } from '../../../contract/quantities.ts'
import type { StepCensus } from '../../../core/ports/build-catalog.ts'
import { compileOnce } from '../compile-once.ts'
import { integersOf, lastIdentity, limitOf } from '../dialect.ts'
import type { Tables } from '../tables.ts'
import { RUNNING, stateOf } from './step-codes.ts'

/** Implements StepCensus on an SQL database. */
export function stepCensus(db: Kysely<Tables>): StepCensus {
  const states = compileOnce<{ logs: string }>()(value =>
    db
      .selectFrom('steps')
      .innerJoin('builds', 'builds.id', 'steps.build')
      .select([
        'steps.log',
        'steps.state',
        'builds.created_at_ms as createdAtMs',
        'steps.size_bytes as sizeBytes',
      ])
      .where('steps.log', 'in', integersOf(db, value('logs')) as never),
  )
  const running = compileOnce<{ after: LogId; limit: number }>()(value =>
    db
      .selectFrom('steps')
      .innerJoin('builds', 'builds.id', 'steps.build')
      .select(['steps.log', 'builds.project_id as projectId', 'builds.record_id as recordId'])
      .select(['builds.created_at_ms as buildCreatedAtMs', 'builds.outcome'])
      // Must be written as in the index steps_running: with a parameter the planner cannot use it.
      .where(sql<boolean>`steps.state = ${sql.lit(RUNNING)}`)
      .where('steps.log', '>', value('after'))
      .orderBy('steps.log')
      .limit(limitOf(value('limit'))),
  )
  const open = compileOnce<{ sinceMs: EpochMs }>()(value =>
    db
      .selectFrom('builds')
      .select(['project_id as projectId', 'record_id as recordId', 'created_at_ms as createdAtMs'])
      // Must be written as in the index builds_open.
      .where(sql<boolean>`outcome is null`)
      .where('created_at_ms', '>=', value('sinceMs')),
  )
  return {
    async statesOf(logs) {
      const rows = await states(db, { logs: JSON.stringify(logs) })
      return new Map(
        rows.map(({ log, state, createdAtMs, sizeBytes }) => [
          log,
          { state: stateOf(state), createdAtMs, ...(sizeBytes === null ? {} : { sizeBytes }) },
        ]),
      )
    },
    async runningLogs(after, limit) {
      const rows = await running(db, { after, limit })
      return rows.map(({ outcome, ...running }) => ({ ...running, buildHasOutcome: outcome !== null }))
    },
    async openBuilds(sinceMs) {
      const rows = await open(db, { sinceMs })
      return rows.map(row => ({ ...row }))
    },
    async lastLog() {
      const { rows } = await lastIdentity(db, 'steps', 'log').execute(db)
      return rows[0]?.last ?? 0
    },
  }
}
