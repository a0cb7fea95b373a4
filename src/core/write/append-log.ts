import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import { type ByteOffset, KIB } from '../../contract/quantities.ts'
import type { Step } from '../ports/build-catalog.ts'
import { equalsStored } from '../read/equals-stored.ts'
import { coalesce } from './coalesce.ts'
import { currentStep, openLog, type WritePorts } from './live-logs.ts'

/** Log bytes that one journal append of a streaming body carries at most. */
const CHUNK_MAX_BYTES = 256 * KIB

/**
 * Appends a body that streams in, its first byte at offset `at` (docs/api.md §4). Bytes below the head are compared, the
 * rest is stored; what was stored when the body breaks off stays, a prefix of it. Resolves to the new head when all of it is
 * durable. Rejects with `offset-conflict` (detail: head) when `at` is past the head or stored bytes differ, `log-sealed`
 * when the log is sealed and the body is not wholly a repeat, `not-found` when it is deleted meanwhile, `rate-limited` when the project has too many live
 * logs for this one to become live, `store-unavailable` as the journal does.
 */
export async function appendLog(
  ports: WritePorts,
  step: Step,
  at: ByteOffset,
  body: AsyncIterable<Uint8Array>,
): Promise<ByteOffset> {
  await assertJoins(ports, step, at)
  let end = at
  for await (const bytes of coalesce(body, CHUNK_MAX_BYTES)) {
    await appendChunk(ports, step, end, bytes)
    end += bytes.length
  }
  return headBehind(ports, step, end)
}

/** Appends bytes all or nothing; otherwise as `appendLog`. At most CHECKED_BODY_MAX_BYTES. */
export async function appendWhole(
  ports: WritePorts,
  step: Step,
  at: ByteOffset,
  bytes: Uint8Array,
): Promise<ByteOffset> {
  await assertJoins(ports, step, at)
  if (bytes.length > 0) await appendChunk(ports, step, at, bytes)
  return headBehind(ports, step, at + bytes.length)
}

/** The head, of a log that was stored up to `end`: less only when it is deleted. */
async function headBehind(ports: WritePorts, step: Step, end: ByteOffset): Promise<ByteOffset> {
  const head = await ports.reader.head(step.log)
  if (head < end) await currentStep(ports, step)
  return head
}

async function assertJoins(ports: WritePorts, step: Step, at: ByteOffset): Promise<void> {
  const head = await ports.reader.head(step.log)
  if (at > head) throw await conflict(ports, step, at, head)
}

async function appendChunk(ports: WritePorts, step: Step, at: ByteOffset, bytes: Uint8Array): Promise<void> {
  const { journal, reader, digests, lastAppends, notifier, clock } = ports
  for (;;) {
    const head = await reader.head(step.log)
    const repeated = Math.max(0, Math.min(bytes.length, head - at))
    if (at > head || !(await repeats(ports, step, at, bytes.subarray(0, repeated))))
      throw await conflict(ports, step, at, head)
    const rest = bytes.subarray(repeated)
    if (rest.length === 0) return
    try {
      const now = clock()
      const newHead = await journal.append(step.log, at + repeated, rest, now)
      lastAppends.set(step.log, now)
      digests.note(step.log, at + repeated, rest)
      notifier.announce(step.log, newHead)
      return
    } catch (error) {
      if (!isTailraceError(error, 'offset-conflict') && !isTailraceError(error, 'log-sealed')) throw error
      await admitAgain(ports, step)
    }
  }
}

/** The journal refused: the log is not live yet, was closed, or another writer was faster. Opens it unless it is sealed; the caller looks at the head again. */
async function admitAgain(ports: WritePorts, step: Step): Promise<void> {
  const open = await ports.locks.hold(step.log, () => openLog(ports, step, ports.clock(), 'to-append'))
  if (open) return
  const head = await ports.reader.head(step.log)
  throw new TailraceError('log-sealed', `The log is finished with ${head} bytes.`, { head })
}

/** Whether these are the stored bytes. Rejects as the reader does, but with `not-found` when they are gone because the log was deleted. */
async function repeats(ports: WritePorts, step: Step, at: ByteOffset, bytes: Uint8Array): Promise<boolean> {
  try {
    return await equalsStored(ports.reader, step.log, at, bytes)
  } catch (error) {
    if (isTailraceError(error, 'log-damaged')) await currentStep(ports, step)
    throw error
  }
}

/** The refusal of bytes that do not fit. Rejects with `not-found` when the log was deleted meanwhile. */
async function conflict(
  ports: WritePorts,
  step: Step,
  at: ByteOffset,
  head: ByteOffset,
): Promise<TailraceError> {
  await currentStep(ports, step)
  return step.state === 'sealed'
    ? new TailraceError('log-sealed', `The log is finished with ${head} bytes.`, { head })
    : new TailraceError(
        'offset-conflict',
        `The append at ${at} does not fit: the log ends at ${head}, or holds other bytes there.`,
        { head },
      )
}
