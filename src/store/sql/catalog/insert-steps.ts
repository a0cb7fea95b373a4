import type { Kysely, Transaction } from 'kysely'
import { TailraceError } from '../../../contract/errors.ts'
import type { StepId } from '../../../contract/ids.ts'
import type { StepDraft } from '../../../core/ports/build-catalog.ts'
import { compileOnce } from '../compile-once.ts'
import { integersOf } from '../dialect.ts'
import type { Tables } from '../tables.ts'
import { WAITING } from './step-codes.ts'

/** Rows per statement: each has four values, and SQLite allows 32,766 in all. */
const ROWS_PER_INSERT = 1000

/**
 * Adds waiting steps to a build. A step that exists with the same name is left as it is; with
 * another name, rejects with `already-exists`.
 */
export type InsertSteps = (
  trx: Transaction<Tables>,
  build: number,
  drafts: readonly StepDraft[],
) => Promise<void>

export function stepInserter(db: Kysely<Tables>): InsertSteps {
  const stored = compileOnce<{ build: number; steps: string }>()(value =>
    db
      .selectFrom('steps')
      .select(['step_id', 'name'])
      .where('build', '=', value('build'))
      .where('step_id', 'in', integersOf(db, value('steps')) as never),
  )
  return async (trx, build, drafts) => {
    for (let i = 0; i < drafts.length; i += ROWS_PER_INSERT)
      await insertNew(trx, build, drafts.slice(i, i + ROWS_PER_INSERT))
    const steps = JSON.stringify(drafts.map(draft => draft.stepId))
    const names = new Map((await stored(trx, { build, steps })).map(row => [row.step_id, row.name]))
    assertNamed(drafts, names)
  }
}

async function insertNew(
  trx: Transaction<Tables>,
  build: number,
  drafts: readonly StepDraft[],
): Promise<void> {
  await trx
    .insertInto('steps')
    .values(drafts.map(({ stepId, name }) => ({ build, step_id: stepId, name, state: WAITING })))
    .onConflict(conflict => conflict.columns(['build', 'step_id']).doNothing())
    .execute()
}

function assertNamed(drafts: readonly StepDraft[], names: ReadonlyMap<StepId, string>): void {
  const taken = drafts.find(draft => names.get(draft.stepId) !== draft.name)
  if (taken !== undefined)
    throw new TailraceError('already-exists', `Step ${taken.stepId} of this build has another name.`)
}
