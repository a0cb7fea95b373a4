import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { meteredJournal } from './metered-journal.ts'
import { Metrics } from './metrics.ts'

test('an append counts as stored or, if the disk fails, as refused; a conflict counts as neither', async () => {
  const metrics = new Metrics()
  const journal = meteredJournal(new MemoryJournal(), metrics)
  const append = (at: number) => journal.append(1, at, Buffer.from('text'), 0)
  const counts = async () => {
    const { values } = await metrics.appendSeconds.get()
    const ends = values.filter(({ metricName }) => metricName?.endsWith('_count'))
    return Object.fromEntries(ends.map(({ labels, value }) => [labels.outcome, value]))
  }
  await assert.rejects(append(0), { code: 'log-not-live' })
  await journal.open(1, 0)
  await assert.rejects(append(9), { code: 'offset-conflict' })
  await append(0)
  assert.deepEqual(await counts(), { stored: 1 })
  await journal[Symbol.asyncDispose]()
  await assert.rejects(append(4), { code: 'store-unavailable' })
  assert.deepEqual(await counts(), { stored: 1, refused: 1 })
})
