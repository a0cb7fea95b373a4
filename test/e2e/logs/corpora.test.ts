/**
 * Bytes are exact: every sample log goes in by odd-sized chunks and comes back whole by every way
 * of reading.
 */

import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { describe, test } from 'node:test'
import { corpora, corporaFolder, NO_CORPORA, type SampleLog } from '../../corpus/corpora.ts'
import { ownLogs } from '../../corpus/own-logs.ts'
import { type BuildAnswer, downloadPath, logPath, sha256 } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { caller } = await startFixture()

/**
 * Odd sizes, most of which end inside lines and characters; larger for larger logs, so that none
 * takes long.
 */
const CHUNK_BYTES = [7, 131, 1021, 4093, 16_381, 65_537, 131_071, 300_007]

function* chunksOf(bytes: Buffer): Generator<{ readonly at: number; readonly chunk: Buffer }> {
  const sizes = CHUNK_BYTES.filter(size => size * 200 >= bytes.length || size === 300_007)
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const chunk = bytes.subarray(at, at + sizes[n % sizes.length]!)
    yield { at, chunk }
    at += chunk.length
  }
}

async function readsBack(build: BuildAnswer, bytes: Buffer, what: string): Promise<void> {
  const raw = await caller.get(logPath(build, 1))
  assert.equal(sha256(raw.bytes), sha256(bytes), `raw read ${what}`)
  const download = await caller.get(downloadPath(build, 1, '&log_level=DEBUG'))
  assert.equal(sha256(download.bytes), sha256(bytes), `download ${what}`)
}

/** Pages forward from the start until `has_more` says that this was all. */
async function* pagesForward(build: BuildAnswer): AsyncGenerator<string> {
  for (let from = 0, more = true; more; ) {
    const { result } = (await caller.page(build, { start_offset: from })).json()
    assert.equal(result.start_offset, from)
    assert.ok(result.end_offset > from || !result.has_more, `no progress at ${from}`)
    yield result.log
    from = result.end_offset
    more = result.has_more
  }
}

/** Pages backward from the end, in the order in which they come. */
async function* pagesBackward(build: BuildAnswer, head: number): AsyncGenerator<string> {
  for (let to = head, more = head > 0; more; ) {
    const { result } = (await caller.page(build, { end_offset: to, sort: 'DESC' })).json()
    assert.equal(result.end_offset, to)
    assert.ok(result.start_offset < to, `no progress at ${to}`)
    yield result.log
    to = result.start_offset
    more = result.has_more
  }
}

async function roundTrip(log: SampleLog): Promise<void> {
  const bytes = log.bytes()
  const build = await caller.newBuild()
  for (const { at, chunk } of chunksOf(bytes))
    assert.equal((await caller.append(build, 1, at, chunk)).status, 204)
  await readsBack(build, bytes, 'while it is live')
  const finish = await caller.finishStep(build, 1, {
    status: 'SUCCESS',
    size: bytes.length,
    sha256: sha256(bytes),
  })
  assert.equal(finish.json().verified, true, finish.text)
  await readsBack(build, bytes, 'after the seal')
  if (!isUtf8(bytes)) return
  const forward = await Array.fromAsync(pagesForward(build))
  assert.equal(sha256(forward.join('')), sha256(bytes), 'pages forward')
  const backward = await Array.fromAsync(pagesBackward(build, bytes.length))
  assert.equal(sha256(backward.reverse().join('')), sha256(bytes), 'pages backward')
}

describe('our own logs come back byte for byte', () => {
  for (const log of ownLogs()) test(log.name, () => roundTrip(log))
})

const folder = corporaFolder()
describe('real logs come back byte for byte', { skip: folder === undefined && NO_CORPORA }, () => {
  for (const log of folder === undefined ? [] : corpora(folder)) test(log.name, () => roundTrip(log))
})

test('a live log is paged while it grows, forward to its last line end', async () => {
  for (const log of ownLogs().filter(({ sizeBytes }) => sizeBytes < 100_000)) {
    const bytes = log.bytes()
    if (!isUtf8(bytes)) continue
    const build = await caller.newBuild()
    let from = 0
    let seen = ''
    for (const { at, chunk } of chunksOf(bytes)) {
      await caller.append(build, 1, at, chunk)
      if (at % 5 !== 0) continue
      const { result } = (await caller.page(build, { start_offset: from })).json()
      seen += result.log
      from = result.end_offset
    }
    await caller.finishStep(build, 1)
    for (let more = true; more; ) {
      const { result } = (await caller.page(build, { start_offset: from })).json()
      seen += result.log
      from = result.end_offset
      more = result.has_more
    }
    assert.equal(sha256(seen), sha256(bytes), log.name)
  }
})
