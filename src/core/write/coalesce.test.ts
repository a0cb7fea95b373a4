import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { coalesce } from './coalesce.ts'

const MAX_BYTES = 64

/** Yields the chunks, and counts what was taken from it and whether it was ended. */
function sourceOf(chunks: readonly Uint8Array[], failure?: Error) {
  const seen = { takenBytes: 0, ended: false }
  async function* source() {
    try {
      for (const chunk of chunks) {
        seen.takenBytes += chunk.length
        yield chunk
      }
      if (failure !== undefined) throw failure
    } finally {
      seen.ended = true
    }
  }
  return { seen, source: source() }
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn()
}

const chunks = fc.array(fc.uint8Array({ maxLength: MAX_BYTES }), { maxLength: 30 })

describe('coalesced chunks', () => {
  test('are the bytes of the source in order, never empty, and never more than two full chunks', () =>
    fc.assert(
      fc.asyncProperty(chunks, fc.array(fc.nat(3)), async (sent, pauses) => {
        const received: Uint8Array[] = []
        for await (const chunk of coalesce(sourceOf(sent).source, MAX_BYTES)) {
          assert.ok(chunk.length > 0 && chunk.length < 2 * MAX_BYTES, `${chunk.length} bytes`)
          received.push(chunk)
          await turns(pauses[received.length] ?? 0)
        }
        assert.deepEqual(Buffer.concat(received), Buffer.concat(sent))
      }),
    ))

  test('gather what arrives while the consumer works', async () => {
    const { source } = sourceOf(Array.from({ length: 9 }, (_, i) => Uint8Array.of(i)))
    const sizes: number[] = []
    for await (const chunk of coalesce(source, MAX_BYTES)) {
      sizes.push(chunk.length)
      await turns(20)
    }
    assert.deepEqual(sizes, [1, 8])
  })

  test('hold at most about maxBytes while the consumer works', async () => {
    const { seen, source } = sourceOf(Array.from({ length: 100 }, () => new Uint8Array(MAX_BYTES / 4)))
    let givenBytes = 0
    for await (const chunk of coalesce(source, MAX_BYTES)) {
      givenBytes += chunk.length
      await turns(50)
      assert.ok(seen.takenBytes - givenBytes <= MAX_BYTES, `${seen.takenBytes - givenBytes} bytes are held`)
    }
    assert.equal(givenBytes, 100 * (MAX_BYTES / 4))
  })

  test('end with the failure of the source, after every byte that came before it', async () => {
    const failure = new Error('the connection broke')
    const { source } = sourceOf([Uint8Array.of(1), Uint8Array.of(2, 3)], failure)
    const received: number[] = []
    await assert.rejects(async () => {
      for await (const chunk of coalesce(source, MAX_BYTES)) {
        received.push(...chunk)
        await turns(20)
      }
    }, failure)
    assert.deepEqual(received, [1, 2, 3])
  })

  test('end the source when the consumer stops', { timeout: 10_000 }, async () => {
    const { seen, source } = sourceOf(Array.from({ length: 100 }, () => new Uint8Array(MAX_BYTES)))
    for await (const _ of coalesce(source, MAX_BYTES)) break
    while (!seen.ended) await turn()
    assert.ok(seen.takenBytes <= 3 * MAX_BYTES, `${seen.takenBytes} bytes were taken`)
  })
})
