import type { ByteOffset } from '../../contract/quantities.ts'
import { CHARACTER_REST_BYTES, characterStart } from '../../text/utf8.ts'
import type { BuildCatalog, Step } from '../ports/build-catalog.ts'
import type { Notifier } from '../ports/notifier.ts'
import { type LogReader, readRange } from '../read/reader/log-reader.ts'
import { endOfLog, isFinished } from '../read/snapshot-log.ts'
import type { LogChunk } from './log-chunk.ts'
import type { SharedChunks } from './shared-chunks.ts'

export interface FollowPorts {
  readonly builds: BuildCatalog
  readonly reader: LogReader
  readonly notifier: Notifier
  readonly chunks: SharedChunks
}

/** Hints can be lost: without one, the head is read again after this time. */
const RECHECK_MS = 3000
/** While bytes arrive at shorter intervals, the step is not checked for its end. */
const LULL_MS = 150

/**
 * Yields the log from `from` on in chunks, each byte once and in order: first what is stored, then
 * what arrives. A slow consumer falls behind and catches up; only its current chunk is in memory.
 * Returns the step when it is finished and every byte was yielded, or undefined when `signal`
 * aborts or the step is deleted. Rejects as the reader does.
 */
export async function* followLog(
  { builds, reader, notifier, chunks }: FollowPorts,
  step: Step,
  from: ByteOffset,
  signal: AbortSignal,
): AsyncGenerator<LogChunk, Step | undefined> {
  using hints = notifier.listen(step.log)
  let current: Step | undefined = step
  let at = await characterBegin(reader, step, from)
  while (current !== undefined && !signal.aborted) {
    const before = at
    const finished = isFinished(current)
    // Read after the state, so that a finished step has no bytes above it.
    const head = await endOfLog(reader, current)
    while (at < head && !signal.aborted) {
      const chunk = await chunks.read(step.log, at, head, finished)
      if (chunk === undefined) break
      at = chunk.end
      yield chunk
    }
    if (finished) return current
    if (at > before && (await hints.changed(LULL_MS, signal))) continue
    current = await builds.findStep(step.projectId, { recordId: step.recordId }, step.stepId)
    if (current !== undefined && !isFinished(current)) await hints.changed(RECHECK_MS, signal)
  }
  return undefined
}

/** `from`, or the start of the character that it is inside of. */
async function characterBegin(reader: LogReader, { log }: Step, from: ByteOffset): Promise<ByteOffset> {
  const head = await reader.head(log)
  if (from === 0 || from >= head) return from
  const lowest = Math.max(0, from - CHARACTER_REST_BYTES)
  const around = await readRange(reader, log, lowest, Math.min(head, from + CHARACTER_REST_BYTES))
  return lowest + characterStart(around, from - lowest)
}
