/**
 * Appends to the log of a step: tries the journal first, and reads the head only when the bytes do
 * not fit it.
 */
import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import { type ByteOffset, KIB, type LogId } from '../../contract/quantities.ts'
import type { Step } from '../ports/build-catalog.ts'
import { equalsStored } from '../read/reader/log-reader.ts'
import { coalesce } from './coalesce.ts'
import { currentStep, openLog, type WritePorts } from './live-logs.ts'

/** The most log bytes that one journal append of a streaming body carries. */
const CHUNK_MAX_BYTES = 256 * KIB
const NO_BYTES = new Uint8Array(0)

/**
 * Appends a body that streams in, with its first byte at offset `at` (docs/api.md §4). Bytes below
 * the head are compared with what is stored; the rest is stored. If the body breaks off, a prefix
 * of it stays stored. Resolves to the new head when everything is durable. Rejects with
 * `offset-conflict` (detail: head) when `at` is past the head or the stored bytes differ,
 * `log-sealed` (detail: head) when the log is sealed and the body is not wholly a repeat,
 * `not-found` when the log is deleted meanwhile, `rate-limited` when the log would have to become
 * live and the project has too many live logs, and `store-unavailable` as the journal does.
 */
export async function appendLog(
  ports: WritePorts,
  step: Step,
  at: ByteOffset,
  body: AsyncIterable<Uint8Array>,
): Promise<ByteOffset> {
  let head: ByteOffset | undefined
  let end = at
  for await (const bytes of coalesce(body, CHUNK_MAX_BYTES)) {
    head = await appendChunk(ports, step, end, bytes)
    end += bytes.length
  }
  return head ?? headIfFits(ports, step, at, NO_BYTES)
}

/**
 * Appends bytes all or nothing: at most CHECKED_BODY_MAX_BYTES. Resolves and rejects as `appendLog`
 * does.
 */
export function appendWhole(
  ports: WritePorts,
  step: Step,
  at: ByteOffset,
  bytes: Uint8Array,
): Promise<ByteOffset> {
  return bytes.length === 0 ? headIfFits(ports, step, at, bytes) : appendChunk(ports, step, at, bytes)
}

/** Appends at least one byte, all or nothing. Resolves to the new head. */
async function appendChunk(
  ports: WritePorts,
  step: Step,
  at: ByteOffset,
  bytes: Uint8Array,
): Promise<ByteOffset> {
  try {
    return await store(ports, step.log, at, bytes)
  } catch (error) {
    if (isTailraceError(error, 'offset-conflict')) return appendRest(ports, step, at, bytes)
    if (isTailraceError(error, 'log-not-live') || isTailraceError(error, 'log-sealed'))
      return appendRest(ports, step, at, bytes, 'reopen')
    throw error
  }
}

async function store(
  { journal, digests, lastAppends, notifier, clock }: WritePorts,
  log: LogId,
  at: ByteOffset,
  bytes: Uint8Array,
): Promise<ByteOffset> {
  const now = clock()
  const head = await journal.append(log, at, bytes, now)
  lastAppends.set(log, now)
  digests.note(log, at, bytes)
  notifier.announce(log, head)
  return head
}

/**
 * Appends bytes that the journal rejected: those below the head must be a repeat, the others are
 * tried again there.
 */
async function appendRest(
  ports: WritePorts,
  step: Step,
  at: ByteOffset,
  bytes: Uint8Array,
  how?: 'reopen',
): Promise<ByteOffset> {
  const end = at + bytes.length
  const head = await headIfFits(ports, step, at, bytes)
  if (head >= end) return head
  if (how === 'reopen' && !(await reopen(ports, step))) {
    // Another writer may have stored the same bytes just before the seal.
    const sealedHead = await headIfFits(ports, step, at, bytes)
    if (sealedHead >= end) return sealedHead
    throw sealed(sealedHead)
  }
  return appendChunk(ports, step, head, bytes.subarray(head - at))
}

/** Makes the log live, unless it is sealed; resolves to whether it is live. */
function reopen(ports: WritePorts, step: Step): Promise<boolean> {
  return ports.locks.hold(step.log, () => openLog(ports, step, ports.clock(), 'to-append'))
}

/**
 * The head, if bytes at `at` join it: `at` is not past the head, and what is stored from there on
 * is equal.
 */
async function headIfFits(
  ports: WritePorts,
  step: Step,
  at: ByteOffset,
  bytes: Uint8Array,
): Promise<ByteOffset> {
  const head = await ports.reader.head(step.log)
  if (at > head) throw await conflict(ports, step, head, `The append starts at ${at}, past the head`)
  const repeated = bytes.subarray(0, head - at)
  if (repeated.length > 0 && !(await repeats(ports, step, at, repeated)))
    throw await conflict(ports, step, head, `The append at ${at} differs from the bytes stored there`)
  return head
}

/**
 * Whether these bytes are stored at `at`. Rejects with `not-found` when they are gone because the
 * log was deleted.
 */
async function repeats(ports: WritePorts, step: Step, at: ByteOffset, bytes: Uint8Array): Promise<boolean> {
  try {
    return await equalsStored(ports.reader, step.log, at, bytes)
  } catch (error) {
    if (isTailraceError(error, 'log-damaged')) await currentStep(ports, step)
    throw error
  }
}

/**
 * The error for bytes that do not fit. Rejects with `not-found` when the log was deleted meanwhile.
 */
async function conflict(
  ports: WritePorts,
  step: Step,
  head: ByteOffset,
  reason: string,
): Promise<TailraceError> {
  const { state } = await currentStep(ports, step)
  return state === 'sealed'
    ? sealed(head)
    : new TailraceError('offset-conflict', `${reason}; the log has ${head} bytes.`, { head })
}

function sealed(head: ByteOffset): TailraceError {
  return new TailraceError('log-sealed', `The log is finished with ${head} bytes.`, { head })
}
