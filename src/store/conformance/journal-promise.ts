/** What the tests of the Journal port share. */
import assert from 'node:assert/strict'
import { isTailraceError, type TailraceError } from '../../contract/errors.ts'
import { type ByteOffset, KIB, type LogId } from '../../contract/quantities.ts'
import type { DueLog, Journal, JournalChunk } from '../../core/ports/journal.ts'

/** What a test of the suite asks of the journal that it opens. */
export interface JournalSettings {
  /** A log with this many bytes is due. */
  readonly frameBytes: number
  /** About this many bytes fit. */
  readonly capacityBytes: number
  readonly spaceTimeoutMs: number
}

export const SMALL: JournalSettings = { frameBytes: 1000, capacityBytes: 512 * KIB, spaceTimeoutMs: 10_000 }
export const LARGE: JournalSettings = { ...SMALL, capacityBytes: 8 * 20 * KIB * KIB }

/** One promise of the Journal port, as a test. */
export interface Promised {
  readonly settings?: JournalSettings
  readonly run: (journal: Journal) => Promise<void>
}

export function text(string: string): Uint8Array {
  return new TextEncoder().encode(string)
}

export async function chunks(journal: Journal, log: LogId, from: ByteOffset, to: ByteOffset) {
  const read: (Omit<JournalChunk, 'bytes'> & { bytes: number[] })[] = []
  for await (const { at, bytes, arrivedAtMs } of journal.read(log, from, to))
    read.push({ at, bytes: [...bytes], arrivedAtMs })
  return read
}

/** All that the journal holds of a log, as text. */
export async function stored(journal: Journal, log: LogId): Promise<string> {
  const { from, head } = (await journal.extent(log))!
  const chunks: Uint8Array[] = []
  for await (const { bytes } of journal.read(log, from, head)) chunks.push(bytes)
  return Buffer.concat(chunks).toString()
}

/** What is due at once, or nothing: the wait is broken off as soon as it has had its turn. */
export async function dueNow(journal: Journal): Promise<readonly DueLog[]> {
  const abort = new AbortController()
  setImmediate(() => abort.abort())
  return journal.due(abort.signal)
}

export async function rejectsWith(
  code: TailraceError['code'],
  promise: Promise<unknown>,
): Promise<TailraceError> {
  const error = await promise.then(
    () => assert.fail(`resolved instead of rejecting with ${code}`),
    (reason: unknown) => reason,
  )
  assert.ok(isTailraceError(error, code), `${error} instead of ${code}`)
  return error
}
