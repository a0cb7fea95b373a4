import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { LogSegments } from './log-segments.ts'
import { BytesLost } from './log-source.ts'

const TEXT = '0123456789abcdefghijklmno'

describe('the segments of a spooled log', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tailrace-segments-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  async function written(): Promise<LogSegments> {
    const segments = LogSegments.create(folder, 10)
    for (const chunk of [TEXT.slice(0, 3), TEXT.slice(3, 24), TEXT.slice(24)])
      await segments.append(Buffer.from(chunk))
    return segments
  }

  async function contentOf(segments: LogSegments): Promise<string> {
    const parts: Uint8Array[] = []
    for (let at = segments.from; at < segments.to; at += parts.at(-1)!.length)
      parts.push(await segments.read(at, 4))
    return Buffer.concat(parts).toString()
  }

  it('are files of a bounded size for their user alone, read as one', async () => {
    const segments = await written()
    const names = readdirSync(folder).sort()
    assert.deepEqual(
      names.map(name => readFileSync(join(folder, name), 'latin1')),
      ['0123456789', 'abcdefghij', 'klmno'],
    )
    for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
    assert.equal(await contentOf(segments), TEXT)
    await segments.close()
  })

  it('are removed once they are wholly before the head, except the last, and the log continues', async () => {
    const segments = await written()
    segments.dropBefore(9)
    assert.equal(segments.from, 0)
    await segments.read(3, 1)
    segments.dropBefore(19)
    assert.equal(segments.from, 10)
    await assert.rejects(segments.read(9, 1), new BytesLost(9))
    segments.dropBefore(25)
    await segments.append(Buffer.from('pq'))
    assert.equal(await contentOf(segments), 'klmnopq')
    await segments.close()
    assert.equal(readdirSync(folder).length, 1)
  })

  it('are found again by another process', async () => {
    const segments = await written()
    segments.dropBefore(12)
    await segments.close()
    const found = await LogSegments.open(folder)
    assert.deepEqual([found.from, found.to], [10, 25])
    assert.equal(await contentOf(found), TEXT.slice(10))
    await found.close()
  })

  it('begin after the last gap if an earlier removal failed', async () => {
    const segments = await written()
    segments.dropBefore(20)
    await segments.close()
    writeFileSync(join(folder, 'log-0000000000000000'), TEXT.slice(0, 10))
    const found = await LogSegments.open(folder)
    assert.deepEqual([found.from, found.to], [20, 25])
  })

  it('are an empty list in a folder without any, and fail in one that is gone', async () => {
    const none = await LogSegments.open(folder)
    assert.deepEqual([none.from, none.to], [0, 0])
    await assert.rejects(none.read(0, 1), BytesLost)
    await assert.rejects(LogSegments.open(join(folder, 'gone')), { code: 'ENOENT' })
  })
})
