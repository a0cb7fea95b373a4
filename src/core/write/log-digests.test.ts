import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { arrayLogReader } from '../../../test/props/array-log-reader.ts'
import type { LogReader } from '../read/reader/log-reader.ts'
import { LogDigests } from './log-digests.ts'

const LOG = 7
const TEXT = Buffer.from('one\ntwo\nthree\n')

function newSha256() {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.copy().digest('hex') }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A reader of one text for every log. Counts the bytes that are read. */
function openText(text: Uint8Array) {
  const seen = { readBytes: 0 }
  const stored = arrayLogReader(() => text)
  const reader: LogReader = {
    head: log => stored.head(log),
    read: (log, from, to) => {
      seen.readBytes += to - from
      return stored.read(log, from, to)
    },
  }
  return { reader, seen }
}

describe('the running hash of a log', () => {
  test('is the hash of the stored bytes, whatever was noted in which order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 60 }),
        fc.array(fc.tuple(fc.nat(60), fc.nat(20), fc.boolean())),
        async (text, notes) => {
          const { reader } = openText(text)
          const digests = new LogDigests(newSha256)
          for (const [at, length, ask] of notes) {
            const end = Math.min(text.length, at + length)
            if (at < end) digests.note(LOG, at, text.subarray(at, end))
            if (ask) assert.equal(await digests.upTo(LOG, end, reader), sha256(text.subarray(0, end)))
          }
          assert.equal(await digests.upTo(LOG, text.length, reader), sha256(text))
        },
      ),
    ))

  test('reads no byte again that was noted, also after it was asked for', async () => {
    const { reader, seen } = openText(TEXT)
    const digests = new LogDigests(newSha256)
    digests.note(LOG, 0, TEXT.subarray(0, 4))
    assert.equal(await digests.upTo(LOG, 4, reader), sha256(TEXT.subarray(0, 4)))
    digests.note(LOG, 4, TEXT.subarray(4))
    assert.equal(await digests.upTo(LOG, TEXT.length, reader), sha256(TEXT))
    assert.equal(seen.readBytes, 0)
  })

  test('reads only what was not noted', async () => {
    const { reader, seen } = openText(TEXT)
    const digests = new LogDigests(newSha256)
    digests.note(LOG, 0, TEXT.subarray(0, 4))
    assert.equal(await digests.upTo(LOG, TEXT.length, reader), sha256(TEXT))
    assert.equal(seen.readBytes, TEXT.length - 4)
  })

  test('is right when bytes arrive while the rest is read', async () => {
    const digests = new LogDigests(newSha256)
    digests.note(LOG, 0, TEXT.subarray(0, 4))
    const { reader } = openText(TEXT)
    const slow: LogReader = {
      head: log => reader.head(log),
      async *read(log, from, to) {
        for await (const bytes of reader.read(log, from, to)) {
          digests.note(LOG, from, bytes)
          yield bytes
        }
      },
    }
    assert.equal(await digests.upTo(LOG, 8, slow), sha256(TEXT.subarray(0, 8)))
    assert.equal(await digests.upTo(LOG, TEXT.length, slow), sha256(TEXT))
  })

  test('is kept for so many logs, and the one written to longest ago is forgotten', async () => {
    const { reader, seen } = openText(TEXT)
    const digests = new LogDigests(newSha256, 2)
    for (const log of [1, 2]) digests.note(log, 0, TEXT.subarray(0, 4))
    digests.note(1, 4, TEXT.subarray(4))
    digests.note(3, 0, TEXT)
    for (const log of [1, 3]) assert.equal(await digests.upTo(log, TEXT.length, reader), sha256(TEXT))
    assert.equal(seen.readBytes, 0)
    assert.equal(await digests.upTo(2, TEXT.length, reader), sha256(TEXT))
    assert.equal(seen.readBytes, TEXT.length)
  })

  test('is read from the start after it was forgotten', async () => {
    const { reader, seen } = openText(TEXT)
    const digests = new LogDigests(newSha256)
    digests.note(LOG, 0, TEXT)
    digests.forget(LOG)
    assert.equal(await digests.upTo(LOG, TEXT.length, reader), sha256(TEXT))
    assert.equal(seen.readBytes, TEXT.length)
  })
})
