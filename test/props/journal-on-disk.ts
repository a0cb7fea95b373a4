import assert from 'node:assert/strict'
import { KIB, type LogId } from '../../src/contract/quantities.ts'
import type { Journal } from '../../src/core/ports/journal.ts'
import { openLocalJournal } from '../../src/store/local/journal/local-journal.ts'
import { RECORD_HEADER_BYTES, RECORD_MAX_PAYLOAD_BYTES } from '../../src/store/local/journal/record-format.ts'
import type { FindKnownLogs } from '../../src/store/local/journal/recover-logs.ts'
import type { JournalDamage } from '../../src/store/local/journal/segment-files.ts'
import { type SimulatedDisk, seededRandom } from './simulated-disk.ts'

const SETTINGS = { directory: '/journal', segmentBytes: 192 * KIB, segments: 8, spaceTimeoutMs: 20 }
export const LOGS = [1, 2, 3, 4]

/** One record as the test knows it: its content, and its place in the undamaged file. */
export interface Placed {
  readonly log: LogId
  readonly at: number
  readonly end: number
  readonly appendAt: number
  readonly path: string
  readonly from: number
  readonly to: number
}

export interface Damage {
  readonly path: string
  readonly from: number
  readonly to: number
  readonly isCut: boolean
}

/**
 * A journal on a simulated disk; all logs are open and nothing of them is packed, unless `known`
 * says otherwise.
 */
export function open(
  disk: SimulatedDisk,
  options: { known?: FindKnownLogs; onDamage?: (damage: JournalDamage) => void; recentBytes?: number } = {},
) {
  const known: FindKnownLogs = async logs => new Map(logs.map(log => [log, { packedEnd: 0, open: true }]))
  return openLocalJournal({ ...SETTINGS, known, ...options, files: disk.layer() })
}

/** Appends as far as there is room, ends the journal, and finds where each record is. */
export async function fill(
  disk: SimulatedDisk,
  seed: number,
  appends: readonly { log: LogId; length: number }[],
  endsCleanly = true,
) {
  const journal = await open(disk)
  const contents = new Map(LOGS.map(log => [log, Buffer.alloc(0)]))
  const parts: { log: LogId; at: number; appendAt: number; payload: Buffer }[] = []
  for (const log of LOGS) await journal.open(log, 0)
  const group: Promise<unknown>[] = []
  for (const [i, { log, length }] of appends.entries()) {
    const bytes = randomBytes(seed + i, length)
    const at = contents.get(log)!.length
    if (i % 3 === 0) await Promise.all(group.splice(0))
    // Recovery needs no more than that; a full journal has tests of its own.
    if ([...contents.values()].reduce((sum, one) => sum + one.length, length) > 700_000) break
    contents.set(log, Buffer.concat([contents.get(log)!, bytes]))
    group.push(journal.append(log, at, bytes, i))
    for (let done = 0; done < length; done += RECORD_MAX_PAYLOAD_BYTES)
      parts.push({
        log,
        at: at + done,
        appendAt: at,
        payload: bytes.subarray(done, done + RECORD_MAX_PAYLOAD_BYTES),
      })
  }
  await Promise.all(group)
  if (endsCleanly) await journal[Symbol.asyncDispose]()
  else disk.kill()
  return { contents, records: parts.map(part => place(disk, part)) }
}

function place(
  disk: SimulatedDisk,
  { log, at, appendAt, payload }: { log: LogId; at: number; appendAt: number; payload: Buffer },
): Placed {
  for (const path of disk.paths()) {
    const image = disk.content(path)
    for (let found = image.indexOf(payload); found >= 0; found = image.indexOf(payload, found + 1)) {
      const from = found - RECORD_HEADER_BYTES
      // Short payloads occur by chance: the header must be this record's too.
      if (from < 0 || image.readUInt32LE(from + 16) !== log || image.readUInt32LE(from + 24) !== at) continue
      return { log, at, end: at + payload.length, appendAt, path, from, to: found + payload.length }
    }
  }
  assert.fail(`the bytes of log ${log} at ${at} are nowhere`)
}

export function damaged(image: Buffer, { from, to, isCut }: Damage): Buffer {
  const copy = Buffer.from(isCut ? image.subarray(0, from) : image)
  if (!isCut) for (let at = from; at < to; at++) copy[at] = copy[at]! ^ 0x5a
  return copy
}

export async function content(journal: Journal, log: LogId, from: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const { bytes } of journal.read(log, from, Number.MAX_SAFE_INTEGER)) chunks.push(bytes)
  return Buffer.concat(chunks)
}

export function randomBytes(seed: number, length: number): Buffer {
  const random = seededRandom(seed)
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, () => random() * 2 ** 32)
  return Buffer.from(words.buffer, 0, length)
}
