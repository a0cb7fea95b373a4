import type { Kysely } from 'kysely'
import type { ProjectId, RecordId } from '../../../contract/ids.ts'
import type { StepLogs } from '../../../core/ports/step-logs.ts'
import { compileOnce } from '../compile-once.ts'
import { reportFailures } from '../report-failures.ts'
import type { Tables } from '../tables.ts'
import { stateOf } from './step-codes.ts'

/** Implements StepLogs on an SQL database. The database's owner closes it. */
export function sqlStepLogs(db: Kysely<Tables>): StepLogs {
  const ofRecord = compileOnce<{ project: ProjectId; record: RecordId }>()(value =>
    db
      .selectFrom('steps')
      .innerJoin('builds', 'builds.id', 'steps.build')
      .select(['steps.log', 'steps.state', 'steps.size_bytes as sizeBytes'])
      .where('builds.project_id', '=', value('project'))
      .where('builds.record_id', '=', value('record'))
      .orderBy('steps.step_id'),
  )
  return {
    async listStepLogs(project, record) {
      const rows = await reportFailures(() => ofRecord(db, { project, record }))
      return rows.map(({ log, state, sizeBytes }) =>
        sizeBytes === null ? { log, state: stateOf(state) } : { log, state: stateOf(state), sizeBytes },
      )
    },
  }
}
