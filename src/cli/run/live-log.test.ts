import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { MIB } from '../../contract/quantities.ts'
import { LiveLog } from './live-log.ts'
import { BytesLost } from './log-source.ts'

type File = NonNullable<ConstructorParameters<typeof LiveLog>[0]['file']>

/** A file in memory on a disk of `room` bytes. */
function fileOf(room: number) {
  const disk = { bytes: Buffer.alloc(0), room }
  const file = {
    async write(bytes: Uint8Array, _from: number, length: number, at: number) {
      const bytesWritten = Math.min(length, disk.room - at)
      if (bytesWritten <= 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
      disk.bytes = Buffer.concat([disk.bytes.subarray(0, at), bytes.subarray(0, bytesWritten)])
      return { bytesWritten, buffer: bytes }
    },
    async read(into: Uint8Array, _from: number, length: number, at: number) {
      return { bytesRead: disk.bytes.copy(into, 0, at, at + length), buffer: into }
    },
  }
  return { disk, file: file as unknown as File }
}

function logOn(file: File | undefined) {
  const failures: string[] = []
  const log = new LiveLog({
    ...(file !== undefined && { file }),
    describeGap: bytes => Buffer.from(`<${bytes} missing>`),
    onSpoolFailed: error => failures.push(error.message),
  })
  return { log, failures }
}

async function contentOf(log: LiveLog, from = 0): Promise<string> {
  const parts: Uint8Array[] = []
  for (let at = from; at < log.sizeBytes; at += parts.at(-1)!.length) parts.push(await log.read(at, 7))
  return Buffer.concat(parts).toString()
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const block = (letter: string) => Buffer.alloc(MIB, letter)

describe('the log of a command that runs', () => {
  it('is in the file as it was appended, and its end tells size and hash', async () => {
    const { disk, file } = fileOf(100)
    const { log } = logOn(file)
    await log.append(Buffer.from('one '))
    await log.append(Buffer.from('two'))
    const end = await log.finish('SUCCESS')
    assert.deepEqual(end, { outcome: 'SUCCESS', sizeBytes: 7, sha256: sha256('one two') })
    assert.equal(disk.bytes.toString(), 'one two')
    assert.equal(await contentOf(log), 'one two')
    assert.ok(log.isSpooled)
  })

  it('goes on in memory, within a write, when the disk is full, and says so once', async () => {
    const { disk, file } = fileOf(5)
    const { log, failures } = logOn(file)
    await log.append(Buffer.from('one two'))
    await log.append(Buffer.from(' three'))
    assert.equal(disk.bytes.toString(), 'one t')
    assert.equal(await contentOf(log), 'one two three')
    assert.equal(failures.length, 1)
    assert.equal((await log.finish('SUCCESS')).sha256, sha256('one two three'))
    assert.ok(!log.isSpooled)
  })

  it('is whole in the file after all when there is room again at the end', async () => {
    const { disk, file } = fileOf(5)
    const { log } = logOn(file)
    await log.append(Buffer.from('one two three'))
    disk.room = 100
    await log.finish('SUCCESS')
    assert.equal(disk.bytes.toString(), 'one two three')
    assert.ok(log.isSpooled)
    assert.equal(await contentOf(log), 'one two three')
  })

  it('forgets what the server has, and knows that it did', async () => {
    const { log } = logOn(undefined)
    await log.append(Buffer.from('one '))
    await log.append(Buffer.from('two'))
    log.acknowledge(4)
    assert.equal(await contentOf(log, 4), 'two')
    await assert.rejects(log.read(0, 1), new BytesLost(0))
  })

  it('tells in one line how many bytes found no room, and goes on when there is room', async () => {
    const { log } = logOn(undefined)
    for (let i = 0; i < 16; i++) await log.append(block('a'))
    await log.append(Buffer.from('lost'))
    await log.append(Buffer.from(' too'))
    assert.equal(log.sizeBytes, 16 * MIB)
    log.acknowledge(8 * MIB)
    await log.append(Buffer.from('kept'))
    assert.equal(await contentOf(log, 16 * MIB), '<8 missing>kept')
  })

  it('ends with the line that tells of missing bytes when no room came', async () => {
    const { log } = logOn(undefined)
    for (let i = 0; i < 16; i++) await log.append(block('a'))
    await log.append(Buffer.from('lost'))
    const { sizeBytes } = await log.finish('FAILURE')
    assert.equal(await contentOf(log, 16 * MIB), '<4 missing>')
    assert.equal(sizeBytes, 16 * MIB + '<4 missing>'.length)
  })

  it('wakes those who wait for more, and those who are told to stop', async () => {
    const { log } = logOn(undefined)
    const grown = log.changed(new AbortController().signal)
    await log.append(Buffer.from('a'))
    await grown
    const stop = new AbortController()
    const stopped = log.changed(stop.signal)
    stop.abort(new Error('stop'))
    await assert.rejects(stopped, /stop/)
  })
})
