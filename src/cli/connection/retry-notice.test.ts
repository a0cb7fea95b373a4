import assert from 'node:assert/strict'
import { it } from 'node:test'
import { TransferProgress } from '../terminal/transfer-progress.ts'
import { retryNotice } from './retry-notice.ts'

const failure = new Error('the server is away')

function notice(retries?: number) {
  const clock = { ms: 0 }
  const said: string[] = []
  const warn = (text: string) => void said.push(text)
  return { clock, said, warn, ...retryNotice({ warn }, retries, () => clock.ms) }
}

it('a failure is reported at most once a minute, with how long retries continue', () => {
  const { clock, said, onRetry } = notice()
  for (const ms of [0, 1_000, 59_999, 60_000]) {
    clock.ms = ms
    onRetry(failure, 250)
  }
  const line = 'tailrace: the server is away; trying again for about 8 seconds\n'
  assert.deepEqual(said, [line, line])
})

it('a server that asks for a longer pause is waited for that long', () => {
  const { said, onRetry } = notice(1)
  onRetry(failure, 100_000)
  assert.deepEqual(said, ['tailrace: the server is away; trying again for about 2 minutes\n'])
})

it('a progress line on the terminal makes room', () => {
  const { said, warn, onRetry } = notice()
  const terminal = { isTTY: true, columns: 80, write: (text: string) => void warn(text) === undefined }
  const progress = new TransferProgress(terminal as never, 'big.log', 4)
  progress.at(1)
  onRetry(failure, 250)
  progress.done()
  assert.equal(said.length, 3)
  assert.equal(said[1], '\r\u001b[K')
})
