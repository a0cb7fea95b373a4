import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { onlyFileOf, whyNoArchivers } from '../../../test/props/archive.ts'
import { zipFile } from './zip-file.ts'

const NOW = Date.UTC(2026, 5, 26)

async function* endless(onEnd: () => void): AsyncGenerator<Uint8Array> {
  try {
    for (;;) yield crypto.getRandomValues(new Uint8Array(65_536))
  } finally {
    onEnd()
  }
}

describe('zipFile', () => {
  it('holds the file whole, however it comes', { skip: whyNoArchivers() }, async () => {
    const chunks = Array.from({ length: 300 }, (_, n) => new Uint8Array((n * 37) % 5000).fill(n))
    const archive = await Array.fromAsync(
      zipFile(
        'a.log',
        NOW,
        (async function* () {
          yield* chunks
        })(),
      ),
    )
    const { name, bytes } = onlyFileOf(Buffer.concat(archive))
    assert.equal(name, 'a.log')
    assert.ok(bytes.equals(Buffer.concat(chunks)))
  })

  it('fails where its chunks fail: before anything came, or later, never with a whole archive', async () => {
    async function* damagedAfter(good: number): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < good; n++) yield crypto.getRandomValues(new Uint8Array(65_536))
      throw new Error('damaged')
    }
    await assert.rejects(zipFile('a.log', NOW, damagedAfter(0)).next(), /damaged/)
    const archive = zipFile('a.log', NOW, damagedAfter(20))
    assert.equal((await archive.next()).done, false)
    await assert.rejects(async () => {
      for await (const chunk of archive) assert.ok(chunk.length > 0)
    }, /damaged/)
  })

  it('reads no further than its reader, and lets its source go when the reader goes', async () => {
    let read = 0
    const ended = Promise.withResolvers<void>()
    async function* counted() {
      for await (const chunk of endless(ended.resolve)) {
        read += chunk.length
        yield chunk
      }
    }
    const archive = zipFile('a.log', NOW, counted())
    for (let n = 0; n < 10; n++) assert.equal((await archive.next()).done, false)
    for (let n = 0; n < 20; n++) await new Promise(resolve => setImmediate(resolve))
    assert.ok(read < 4 * 1024 * 1024, String(read))
    await archive.return(undefined)
    await ended.promise
  })
})
