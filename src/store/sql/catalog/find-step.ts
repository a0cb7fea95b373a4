import type { Kysely } from 'kysely'
import type { BuildNo, JobId, ProjectId, RecordId, StepId } from '../../../contract/ids.ts'
import type { BuildCatalog, Step } from '../../../core/ports/build-catalog.ts'
import { compileOnce } from '../compile-once.ts'
import type { Tables } from '../tables.ts'
import { withoutNulls } from '../without-nulls.ts'
import { outcomeOf, stateOf } from './step-codes.ts'

/** `findStep` and `listSteps` of the port. */
export function stepFinder(db: Kysely<Tables>): Pick<BuildCatalog, 'findStep' | 'listSteps'> {
  const byRecord = compileOnce<{ project: ProjectId; record: RecordId; step: StepId }>()(value =>
    selectStep(db)
      .where('builds.project_id', '=', value('project'))
      .where('builds.record_id', '=', value('record'))
      .where('steps.step_id', '=', value('step')),
  )
  const byNumber = compileOnce<{ project: ProjectId; job: JobId; buildNo: BuildNo; step: StepId }>()(value =>
    selectStep(db)
      .where('jobs.project_id', '=', value('project'))
      .where('jobs.job_id', '=', value('job'))
      .where('builds.build_no', '=', value('buildNo'))
      .where('steps.step_id', '=', value('step')),
  )
  const ofRecord = compileOnce<{ project: ProjectId; record: RecordId }>()(value =>
    selectStep(db)
      .where('builds.project_id', '=', value('project'))
      .where('builds.record_id', '=', value('record'))
      .orderBy('steps.step_id'),
  )
  return {
    async findStep(project, address, step) {
      const [row] =
        'recordId' in address
          ? await byRecord(db, { project, record: address.recordId, step })
          : await byNumber(db, { project, job: address.jobId, buildNo: address.buildNo, step })
      return row && asStep(row)
    },
    async listSteps(project, record) {
      return (await ofRecord(db, { project, record })).map(asStep)
    },
  }
}

const selectStep = (db: Kysely<Tables>) =>
  db
    .selectFrom('steps')
    .innerJoin('builds', 'builds.id', 'steps.build')
    .innerJoin('jobs', 'jobs.id', 'builds.job')
    .select([
      'steps.log',
      'builds.project_id as projectId',
      'jobs.job_id as jobId',
      'builds.build_no as buildNo',
      'builds.record_id as recordId',
      'steps.step_id as stepId',
      'steps.name',
      'builds.source',
      'builds.creator_id as creatorId',
      'builds.created_at_ms as createdAtMs',
      'steps.state',
      'steps.began_at_ms as beganAtMs',
      'steps.finished_at_ms as finishedAtMs',
      'steps.outcome',
      'steps.size_bytes as sizeBytes',
      'steps.sha256',
      'steps.verified',
    ])

type StepColumns = Awaited<ReturnType<ReturnType<typeof selectStep>['execute']>>[number]

function asStep(row: StepColumns): Step {
  const { state, beganAtMs, finishedAtMs, outcome, sizeBytes, sha256, verified, ...always } = row
  return {
    ...always,
    state: stateOf(state),
    ...withoutNulls({
      beganAtMs,
      finishedAtMs,
      outcome: outcome === null ? null : outcomeOf(outcome),
      sizeBytes,
      sha256: sha256 === null ? null : sha256.toHex(),
      verified: verified === null ? null : verified === 1,
    }),
  }
}
