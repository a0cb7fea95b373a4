import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildOutcome } from './step-upload.ts'

const sealed = (status: 'SUCCESS' | 'FAILURE' | 'ABORTED') => ({ state: 'sealed', status }) as const

describe('the outcome of a build of several runs', () => {
  it('is SUCCESS only when no step ended otherwise', () => {
    assert.equal(buildOutcome('SUCCESS', [sealed('SUCCESS')], ['SUCCESS']), 'SUCCESS')
    assert.equal(buildOutcome('SUCCESS', [sealed('ABORTED')], []), 'ABORTED')
    assert.equal(buildOutcome('SUCCESS', [sealed('SUCCESS')], ['FAILURE']), 'FAILURE')
    assert.equal(buildOutcome('ABORTED', [sealed('SUCCESS')], []), 'ABORTED')
  })

  it('is FAILURE when one step failed and others were aborted', () =>
    assert.equal(buildOutcome('ABORTED', [sealed('FAILURE'), sealed('ABORTED')], []), 'FAILURE'))

  it('counts a step that fell silent as aborted, and neither one that runs nor one never begun', () => {
    assert.equal(buildOutcome('SUCCESS', [{ state: 'abandoned', status: null }], []), 'ABORTED')
    const open = (['running', 'waiting', 'skipped'] as const).map(state => ({ state, status: null }))
    assert.equal(buildOutcome('SUCCESS', open, []), 'SUCCESS')
  })
})
