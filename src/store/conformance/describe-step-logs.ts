import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StepLogs } from '../../core/ports/step-logs.ts'
import { ADA, BOB, type Catalog, create, recordId } from './build-drafts.ts'

/**
 * How the suite gets step logs with the catalog that fills them; both are empty, and closed and
 * removed afterwards.
 */
export type WithStepLogs = (use: (logs: StepLogs, catalog: Catalog) => Promise<void>) => Promise<void>

/** The promises of StepLogs, which every implementation keeps. */
export function describeStepLogs(name: string, withStepLogs: WithStepLogs): void {
  describe(`StepLogs: ${name}`, () => {
    test('are the steps of the catalog, in step order, sizes of sealed ones included', () =>
      withStepLogs(async (logs, catalog) => {
        const steps = [30, 2, 1, 7, 10].map(stepId => ({ stepId, name: `step ${stepId}` }))
        const { recordId: record } = await create(catalog, { steps })
        const [one, two, seven] = await catalog.listSteps(ADA, record)
        await catalog.changeStep(one!.log, ['waiting'], {
          state: 'sealed',
          outcome: 'SUCCESS',
          sizeBytes: 0,
          sha256: 'a'.repeat(64),
          verified: true,
        })
        await catalog.changeStep(two!.log, ['waiting'], { state: 'running', beganAtMs: 3 })
        await catalog.changeStep(seven!.log, ['waiting'], { state: 'abandoned' })
        const listed = await logs.listStepLogs(ADA, record)
        assert.deepEqual(listed.slice(0, 3), [
          { log: one!.log, state: 'sealed', sizeBytes: 0 },
          { log: two!.log, state: 'running' },
          { log: seven!.log, state: 'abandoned' },
        ])
        assert.deepEqual(
          listed.slice(3).map(({ state }) => state),
          ['waiting', 'waiting'],
        )
        await catalog.finishBuild(ADA, record, 'FAILURE', 9)
        assert.deepEqual(
          (await logs.listStepLogs(ADA, record)).slice(3).map(({ state }) => state),
          ['skipped', 'skipped'],
        )
      }))

    test('of unknown builds and of other projects are none', () =>
      withStepLogs(async (logs, catalog) => {
        const { recordId: record } = await create(catalog, { steps: [{ stepId: 1, name: 'one' }] })
        assert.equal((await logs.listStepLogs(ADA, record)).length, 1)
        assert.deepEqual(await logs.listStepLogs(BOB, record), [])
        assert.deepEqual(await logs.listStepLogs(ADA, recordId()), [])
      }))
  })
}
