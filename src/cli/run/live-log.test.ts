import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { errorMessage } from '../../contract/caught.ts'
import { KIB, MIB } from '../../contract/quantities.ts'
import { LiveLog, type LiveLogOptions } from './live-log.ts'
import { LogSegments } from './log-segments.ts'
import { BytesLost } from './log-source.ts'

/** The spool as one segment in memory, on a disk of `room` bytes. */
function spoolOf(room: number) {
  const disk = { bytes: Buffer.alloc(0), room }
  const segments = {
    from: 0,
    get to() {
      return disk.bytes.length
    },
    async append(bytes: Uint8Array) {
      const fitting = bytes.subarray(0, Math.max(disk.room - disk.bytes.length, 0))
      disk.bytes = Buffer.concat([disk.bytes, fitting])
      if (fitting.length < bytes.length) throw new Error('ENOSPC: no space left')
    },
    read: async (from: number, maxBytes: number) =>
      Uint8Array.from(disk.bytes.subarray(from, from + maxBytes)),
    dropBefore() {},
  }
  return { disk, segments }
}

function logOn(options: Partial<LiveLogOptions>) {
  const failures: string[] = []
  const log = new LiveLog({
    spoolMaxBytes: MIB,
    waitMs: 0,
    describeGap: bytes => Buffer.from(`<${bytes} missing>\n`),
    onSpoolFailed: error => failures.push(errorMessage(error)),
    ...options,
  })
  return { log, failures }
}

async function contentOf(log: LiveLog, from = 0): Promise<string> {
  const parts: Uint8Array[] = []
  for (let at = from; at < log.sizeBytes; at += parts.at(-1)!.length) parts.push(await log.read(at, 7))
  return Buffer.concat(parts).toString()
}

function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'tailrace-log-'))
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const block = (letter: string) => Buffer.alloc(MIB, letter)

describe('the log of a command that runs', () => {
  it('is in the spool as it was appended, and its end has size and hash', async () => {
    const { disk, segments } = spoolOf(100)
    const { log } = logOn({ segments })
    await log.append(Buffer.from('one '))
    await log.append(Buffer.from('two'))
    const end = await log.finish('SUCCESS')
    assert.deepEqual(end, { outcome: 'SUCCESS', sizeBytes: 7, sha256: sha256('one two') })
    assert.equal(disk.bytes.toString(), 'one two')
    assert.equal(await contentOf(log), 'one two')
    assert.ok(log.isSpooled)
  })

  it('continues in memory, within a write, when the disk is full, and says so once', async () => {
    const { disk, segments } = spoolOf(5)
    const { log, failures } = logOn({ segments })
    await log.append(Buffer.from('one two'))
    await log.append(Buffer.from(' three'))
    assert.equal(disk.bytes.toString(), 'one t')
    assert.equal(await contentOf(log), 'one two three')
    assert.equal(failures.length, 1)
    assert.equal((await log.finish('SUCCESS')).sha256, sha256('one two three'))
    assert.ok(!log.isSpooled)
  })

  it('is whole in the spool after all when there is room again at the end', async () => {
    const { disk, segments } = spoolOf(5)
    const { log } = logOn({ segments })
    await log.append(Buffer.from('one two three'))
    disk.room = 100
    await log.finish('SUCCESS')
    assert.equal(disk.bytes.toString(), 'one two three')
    assert.ok(log.isSpooled)
    assert.equal(await contentOf(log), 'one two three')
  })

  it('forgets what the server has, and knows that it did', async () => {
    const { log } = logOn({})
    await log.append(Buffer.from('one '))
    await log.append(Buffer.from('two'))
    log.acknowledge(4)
    assert.equal(await contentOf(log, 4), 'two')
    await assert.rejects(log.read(0, 1), new BytesLost(0))
  })

  it('says in one line how many bytes found no room, and continues when there is room', async () => {
    const { log } = logOn({})
    for (let i = 0; i < 16; i++) await log.append(block('a'))
    await log.append(Buffer.from('lost'))
    await log.append(Buffer.from(' too'))
    assert.equal(log.sizeBytes, 16 * MIB)
    log.acknowledge(8 * MIB)
    await log.append(Buffer.from('kept'))
    assert.equal(await contentOf(log, 16 * MIB), '\n<8 missing>\nkept')
  })

  it('ends with the line about missing bytes when no room came', async () => {
    const { log } = logOn({})
    for (let i = 0; i < 16; i++) await log.append(block('a'))
    await log.append(Buffer.from('lost'))
    const { sizeBytes } = await log.finish('FAILURE')
    assert.equal(await contentOf(log, 16 * MIB), '\n<4 missing>\n')
    assert.equal(sizeBytes, 16 * MIB + '\n<4 missing>\n'.length)
  })

  it('holds output back at the bound of the spool while the server takes bytes, and keeps all', async () => {
    using place = newFolder()
    const segments = LogSegments.create(place.folder, KIB)
    const { log } = logOn({ segments, spoolMaxBytes: 8 * KIB, waitMs: 3_600_000 })
    const text = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`).join('')
    let mostBytes = 0
    const taken: Uint8Array[] = []
    const appended = log.append(Buffer.from(text)).then(() => log.finish('SUCCESS'))
    for (let at = 0; log.end === undefined || at < log.sizeBytes; at += taken.at(-1)!.length) {
      if (at >= log.sizeBytes) await log.changed(new AbortController().signal)
      taken.push(await log.read(at, 700))
      mostBytes = Math.max(mostBytes, log.sizeBytes - log.keptFrom)
      log.acknowledge(at + taken.at(-1)!.length)
    }
    assert.equal(Buffer.concat(taken).toString(), text)
    assert.equal((await appended).sha256, sha256(text))
    assert.ok(mostBytes <= 8 * KIB, `${mostBytes} bytes waited`)
    await segments.close()
    assert.ok(readdirSync(place.folder).length <= 2)
    assert.equal(log.lostBytes, 0)
  })

  it('is cut at the bound of the spool while the server is away, and continues after the line that says how much is missing', async () => {
    using place = newFolder()
    const segments = LogSegments.create(place.folder, KIB)
    const { log } = logOn({ segments, spoolMaxBytes: 8 * KIB, waitMs: 0 })
    const text = 'abcdefghi\n'.repeat(10_000)
    for (let at = 0; at < text.length; at += 777) await log.append(Buffer.from(text.slice(at, at + 777)))
    const kept = log.sizeBytes
    assert.ok(kept > 7 * KIB && kept <= 8 * KIB, `${kept} bytes kept`)
    assert.equal(log.lostBytes, text.length - kept)
    assert.ok(!log.isSpooled)
    log.acknowledge(kept)
    await log.append(Buffer.from('the server is back\n'))
    const lineEnd = text[kept - 1] === '\n' ? '' : '\n'
    const tail = `${lineEnd}<${text.length - kept} missing>\nthe server is back\n`
    assert.equal(await contentOf(log, kept), tail)
    assert.equal((await log.finish('SUCCESS')).sha256, sha256(text.slice(0, kept) + tail))
    assert.ok(log.isSpooled)
    await segments.close()
  })

  it('wakes readers that wait for more, and readers that are stopped', async () => {
    const { log } = logOn({})
    const grown = log.changed(new AbortController().signal)
    await log.append(Buffer.from('a'))
    await grown
    const stop = new AbortController()
    const stopped = log.changed(stop.signal)
    stop.abort(new Error('stop'))
    await assert.rejects(stopped, /stop/)
  })
})
