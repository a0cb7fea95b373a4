import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MaintenanceEvents } from './maintenance-events.ts'

const PART = { log: 1, from: 0, to: 9 }

test('subscribers that throw or reject are reported, and all others get the event', async () => {
  const errors: string[] = []
  const { framesStored } = new MaintenanceEvents(error => void errors.push(String(error)))
  const got: unknown[] = []
  framesStored.subscribe(() => {
    throw new Error('thrown')
  })
  framesStored.subscribe(() => Promise.reject(new Error('rejected')))
  framesStored.subscribe(part => void got.push(part))
  framesStored.publish(PART)
  assert.deepEqual(got, [PART])
  await new Promise(setImmediate)
  assert.deepEqual(errors.toSorted(), ['Error: rejected', 'Error: thrown'])
})

test('a subscription ends when it is disposed of, and only that one', () => {
  const { framesStored, logSealed } = new MaintenanceEvents(error => assert.fail(String(error)))
  let calls = 0
  const subscriber = () => void calls++
  const first = framesStored.subscribe(subscriber)
  framesStored.subscribe(subscriber)
  framesStored.publish(PART)
  assert.equal(calls, 2)
  first[Symbol.dispose]()
  framesStored.publish(PART)
  assert.equal(calls, 3)
  assert.equal(framesStored.hasSubscribers, true)
  assert.equal(logSealed.hasSubscribers, false)
})
