import assert from 'node:assert/strict'
import { type ErrorCode, isTailraceError } from '../../contract/errors.ts'
import type { Build, BuildCatalog, BuildDraft, Step, StepCensus } from '../../core/ports/build-catalog.ts'

export type Catalog = BuildCatalog & StepCensus

/** Promises, each a sentence, and what shows that it is kept. */
export type Spec = Record<string, (catalog: Catalog) => Promise<void>>

export const ADA = 'a'.repeat(32)
export const BOB = 'b'.repeat(32)

let made = 0
export const jobId = () => `job${++made}`.padEnd(32, '0')
export const recordId = () => `${String(++made).padStart(8, '0')}-0000-4000-8000-000000000000`

export function draft(changes: Partial<BuildDraft> = {}): BuildDraft {
  return {
    projectId: ADA,
    recordId: recordId(),
    job: { name: 'deploy', idIfNew: jobId() },
    source: 'cn-north-4',
    creatorId: 'ada',
    createdAtMs: 1_700_000_000_000,
    steps: [],
    ...changes,
  }
}

export const create = async (catalog: Catalog, changes?: Partial<BuildDraft>): Promise<Build> =>
  (await catalog.createBuild(draft(changes))).build

export const refusedAs = (code: ErrorCode) => (error: unknown) => isTailraceError(error, code)

export const step = async (catalog: Catalog, build: Build, stepId: number): Promise<Step> => {
  const found = await catalog.findStep(build.projectId, build, stepId)
  assert.ok(found, `step ${stepId} is there`)
  return found
}
