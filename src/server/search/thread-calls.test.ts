import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { TailraceError } from '../../contract/errors.ts'
import { connectThread } from './thread-calls.ts'

const procedures = {
  sum: async (one: number, other: number) => one + other,
  bytes: async (length: number) => new Uint8Array(length).fill(7),
  part: async () => new Uint8Array(100).fill(7).subarray(10, 20),
  reject: async () => {
    throw new TailraceError('log-damaged', 'torn', { head: 5 })
  },
  fail: async () => {
    throw new RangeError('odd')
  },
  never: () => new Promise<never>(() => {}),
}

const { port1, port2 } = new MessageChannel()
after(() => port1.close())
connectThread(port2, procedures)
const line = connectThread<typeof procedures>(port1, {})

test('a call resolves to what the procedure returns, bytes included', async () => {
  assert.deepEqual(await Promise.all([line.call('sum', 1, 2), line.call('sum', 3, 4)]), [3, 7])
  assert.deepEqual(await line.call('bytes', 3), Uint8Array.of(7, 7, 7))
  assert.deepEqual(await line.call('part'), new Uint8Array(10).fill(7))
})

test('a TailraceError stays one, and any other error is passed on', async () => {
  await assert.rejects(line.call('reject'), error => {
    assert.ok(error instanceof TailraceError)
    assert.deepEqual([error.code, error.message, error.detail], ['log-damaged', 'torn', { head: 5 }])
    return true
  })
  await assert.rejects(line.call('fail'), { name: 'RangeError', message: 'odd' })
})

test('when the other thread is gone, calls in progress and later calls fail', async () => {
  const inFlight = line.call('never')
  line.cut(new Error('gone'))
  await assert.rejects(inFlight, /gone/)
  await assert.rejects(line.call('sum', 1, 2), /gone/)
})
