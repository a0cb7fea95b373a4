import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FoundLines } from './found-lines.ts'

async function* found(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk)
}

const text = (value: Uint8Array | undefined) => {
  assert.ok(value instanceof Uint8Array)
  return Buffer.from(value).toString()
}

test('lines found before a fetch go out together, then the end', async () => {
  const lines = new FoundLines(found(['one\n', 'two\n', 'three\n']))
  await new Promise(setImmediate)
  const all = await lines.next()
  assert.equal(text(all), 'one\ntwo\nthree\n')
  assert.ok(all instanceof Uint8Array && all.buffer.byteLength === all.length)
  assert.equal(await lines.next(), undefined)
})

test('a lone line goes out at once', async () => {
  const more = Promise.withResolvers<string>()
  const lines = new FoundLines(
    found(
      (async function* () {
        yield 'one\n'
        yield more.promise
      })(),
    ),
  )
  assert.equal(text(await lines.next()), 'one\n')
  more.resolve('two\n')
  assert.equal(text(await lines.next()), 'two\n')
  assert.equal(await lines.next(), undefined)
})

test('a search pauses while many of its lines are not fetched, and ends when it is stopped', async () => {
  let searched = 0
  let ended = false
  const endless = (async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (; ; searched++) yield Buffer.alloc(100_000)
    } finally {
      ended = true
    }
  })()
  const lines = new FoundLines(endless)
  const passing = async () => {
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
  }
  await passing()
  assert.equal(searched, 10)
  await lines.next()
  await passing()
  assert.equal(searched, 21)
  await lines.stop()
  assert.ok(ended)
})

test('a failure is reported after the lines that were found', async () => {
  const lines = new FoundLines(
    found(
      (async function* () {
        yield 'one\n'
        throw new Error('torn')
      })(),
    ),
  )
  await new Promise(setImmediate)
  assert.equal(text(await lines.next()), 'one\n')
  await assert.rejects(lines.next(), /torn/)
})
