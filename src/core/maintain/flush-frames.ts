import type { TailraceError } from '../../contract/errors.ts'
import { type LogId, MIB } from '../../contract/quantities.ts'
import type { StepCensus } from '../ports/build-catalog.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { DueLog, Journal } from '../ports/journal.ts'
import type { Frame, FrameDraft, PackStore, RetentionDay } from '../ports/pack-store.ts'
import { FRAME_SIZES, type FrameSizes } from './cut-frames.ts'
import { draftFrames } from './draft-frames.ts'
import type { FramesStored, LogSealed, MaintenanceEvents } from './maintenance-events.ts'

export interface FlushPorts {
  readonly journal: Journal
  readonly packs: PackStore
  readonly frames: FrameCatalog
  readonly census: Pick<StepCensus, 'statesOf'>
  readonly events: MaintenanceEvents
  /** Kept from pass to pass. */
  readonly unrecorded: UnrecordedFrames
  /** Called for acknowledged bytes that cannot be read any more. */
  readonly onLost: (lost: Frame, cause: TailraceError) => void
  /** Default: FRAME_SIZES. */
  readonly sizes?: FrameSizes
}

/**
 * Frames that are in packs while the catalog could not add their rows. The next pass adds the rows
 * instead of writing the frames again, so that a failing catalog does not fill the packs.
 */
export class UnrecordedFrames {
  frames: readonly Frame[] = []
}

/** Log bytes of a whole pass, and of one log in it. A pass holds them in memory. */
const PASS_MAX_BYTES = 32 * MIB
const LOG_MAX_BYTES = 8 * MIB
/** Logs of one pass: each costs a row and a frame, however small it is. */
const PASS_MAX_LOGS = 4000
const DAY_MS = 86_400_000

/**
 * Moves what is due from the journal to packs, oldest space first, in one pass. Every acknowledged
 * byte stays readable and durable at each moment: packs come first, then frame rows, then the
 * release. After a failure the same bytes are due again. Bytes that the journal can no longer read
 * become a lost frame, so that one damaged place stops neither its log nor the others. Publishes
 * *frames stored*, and *log sealed* where the last bytes of a sealed log were stored.
 */
export async function flushFrames(ports: FlushPorts, due: readonly DueLog[]): Promise<void> {
  await recordLeftOver(ports)
  const pass = withinBudget(due)
  const logs = pass.map(({ log }) => log)
  const [states, ends] = await Promise.all([ports.census.statesOf(logs), ports.frames.packedEnds(logs)])
  const drafts: FrameDraft[] = []
  const lost: Frame[] = []
  for (const one of pass) {
    const state = states.get(one.log)
    if (state === undefined) {
      // Deleted: nothing refers to its bytes any more.
      await ports.journal.release(one.log, one.to)
      continue
    }
    const packed = ends.get(one.log) ?? { end: 0, lines: 0 }
    const sizes = ports.sizes ?? FRAME_SIZES
    const drafted = await draftFrames(ports.journal, one, packed, dayOf(state.createdAtMs), sizes)
    drafts.push(...drafted.drafts)
    if (drafted.lost === undefined) continue
    lost.push(drafted.lost.frame)
    ports.onLost(drafted.lost.frame, drafted.lost.cause)
  }
  const written = drafts.length === 0 ? [] : await ports.packs.write(drafts)
  ports.unrecorded.frames = [...written, ...lost]
  await recordFrames(ports, ports.unrecorded.frames)
}

/**
 * Adds the rows that an earlier pass could not add. Some may have come through although it failed,
 * and logs may have been deleted since.
 */
async function recordLeftOver(ports: FlushPorts): Promise<void> {
  const logs = [...new Set(ports.unrecorded.frames.map(({ log }) => log))]
  if (logs.length === 0) return
  const [states, ends] = await Promise.all([ports.census.statesOf(logs), ports.frames.packedEnds(logs)])
  ports.unrecorded.frames = ports.unrecorded.frames.filter(({ log }) => states.has(log))
  const missing = ports.unrecorded.frames.filter(({ log, end }) => end > (ends.get(log)?.end ?? 0))
  await recordFrames(ports, missing)
}

/**
 * Adds these rows, publishes all unrecorded frames as stored, and gives the journal its space back.
 */
async function recordFrames(ports: FlushPorts, missing: readonly Frame[]): Promise<void> {
  if (missing.length > 0) await ports.frames.addFrames(missing)
  const stored = storedParts(ports.unrecorded.frames)
  // Looked up after the rows were added: announceSealed finds logs that are sealed later complete.
  const sealed = await sealedLogs(ports, stored)
  ports.unrecorded.frames = []
  for (const part of stored) ports.events.framesStored.publish(part)
  for (const log of sealed) ports.events.logSealed.publish(log)
  for (const { log, to } of stored) await ports.journal.release(log, to)
}

/** The frames of each log as one part, because they join. */
function storedParts(frames: readonly Frame[]): readonly FramesStored[] {
  const parts = new Map<LogId, FramesStored>()
  for (const { log, at, end } of frames) parts.set(log, { log, from: parts.get(log)?.from ?? at, to: end })
  return [...parts.values()]
}

async function sealedLogs(
  { census, events }: FlushPorts,
  stored: readonly FramesStored[],
): Promise<readonly LogSealed[]> {
  if (!events.logSealed.hasSubscribers || stored.length === 0) return []
  const states = await census.statesOf(stored.map(({ log }) => log))
  return stored.flatMap(({ log, to }) => {
    const sizeBytes = states.get(log)?.sizeBytes
    return sizeBytes !== undefined && to >= sizeBytes ? [{ log, sizeBytes }] : []
  })
}

function withinBudget(due: readonly DueLog[]): readonly DueLog[] {
  let bytes = 0
  return due
    .map(one =>
      one.to - one.from > LOG_MAX_BYTES ? { ...one, to: one.from + LOG_MAX_BYTES, everything: false } : one,
    )
    .filter(one => {
      if (bytes >= PASS_MAX_BYTES) return false
      bytes += one.to - one.from
      return true
    })
    .slice(0, PASS_MAX_LOGS)
}

function dayOf(atMs: number): RetentionDay {
  return Math.floor(atMs / DAY_MS)
}
