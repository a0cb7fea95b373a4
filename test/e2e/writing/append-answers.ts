import assert from 'node:assert/strict'
import { assertRefused, type Reply } from '../../props/wire.ts'

/** The answer to an append that succeeded, with the new head. */
export function assertAppended(reply: Reply, head: number): void {
  assert.equal(reply.status, 204, reply.text)
  assert.equal(reply.bytes.length, 0)
  assert.equal(reply.headers['upload-offset'], String(head))
  assert.equal(reply.headers['tus-resumable'], '1.0.0')
}

/** The answer to an append that contradicts what is stored, with the head. */
export function assertConflict(
  reply: Reply,
  head: number,
  code: string | RegExp = 'TR.OFFSET_CONFLICT',
): void {
  assertRefused(reply, 409, code)
  assert.equal(reply.headers['upload-offset'], String(head))
}
