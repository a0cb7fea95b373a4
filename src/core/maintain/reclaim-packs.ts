import { isTailraceError } from '../../contract/errors.ts'
import { MIB } from '../../contract/quantities.ts'
import type { InTurn, PackPins } from '../ports/coordination.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { FrameMaintenance, FrameMove } from '../ports/frame-maintenance.ts'
import type { Frame, FrameDraft, PackId, PackStore, RetentionDay } from '../ports/pack-store.ts'
import type { UnrecordedFrames } from './flush-frames.ts'

export interface ReclaimPorts {
  readonly packs: PackStore
  readonly frames: FrameCatalog
  readonly frameMaintenance: FrameMaintenance
  /** Shared with the flush, which may still add rows for frames it has written. */
  readonly inTurn: InTurn
  readonly unrecorded: UnrecordedFrames
  /**
   * Packs that cannot be rewritten because live frames in them are damaged. Kept from pass to pass.
   */
  readonly unreadable: Set<PackId>
  /** While it is held, no pack is dropped or rewritten. */
  readonly packPins: PackPins
}

export interface Reclaimed {
  readonly droppedPacks: number
  /** Stored bytes of the dropped packs. */
  readonly droppedBytes: number
  /** Log bytes of live frames that were stored again. */
  readonly movedBytes: number
}

const PACKS_AT_ONCE = 16
/** Log bytes that are stored again in one turn, while flushes wait. */
const STEP_MAX_BYTES = 8 * MIB
const STEP_MAX_FRAMES = 500

/**
 * Reclaims the space of frames that no row names. A pack without live frames is dropped; one that
 * is less than half alive is rewritten first: step by step, its live frames move to another pack of
 * the same day. Every frame stays readable at each moment; a reader that holds an old row looks it
 * up again (followMovedFrames). Rejects as the ports do; what was done stays done.
 */
export async function reclaimPacks(ports: ReclaimPorts): Promise<Reclaimed> {
  let droppedPacks = 0
  let droppedBytes = 0
  let movedBytes = 0
  const days = await daysOfPacks(ports.packs)
  const wanted = PACKS_AT_ONCE + ports.unreadable.size
  for (const { pack, endPosition, liveBytes } of await ports.frameMaintenance.sparsePacks(wanted)) {
    if (ports.packPins.isHeld) break
    if (ports.unreadable.has(pack)) continue
    const day = days.get(pack)
    if (liveBytes > 0 && day !== undefined) movedBytes += await rewrite(ports, pack, day)
    if (!(await dropEmpty(ports, pack))) continue
    droppedPacks++
    droppedBytes += endPosition
  }
  return { droppedPacks, droppedBytes, movedBytes }
}

async function daysOfPacks(packs: PackStore): Promise<ReadonlyMap<PackId, RetentionDay>> {
  const days = new Map<PackId, RetentionDay>()
  for await (const { pack, day } of packs.packs()) days.set(pack, day)
  return days
}

/** Takes a turn, because between a flush's write and its rows a pack looks as if it were empty. */
function dropEmpty(ports: ReclaimPorts, pack: PackId): Promise<boolean> {
  const { packs, frameMaintenance, unrecorded, inTurn, packPins } = ports
  return inTurn(async () => {
    if (packPins.isHeld) return false
    if (unrecorded.frames.some(frame => frame.pack === pack)) return false
    if ((await frameMaintenance.liveBytes(pack)) > 0) return false
    // After a crash between the two, the next pass forgets the pack.
    await packs.drop(pack)
    await frameMaintenance.forgetPack(pack)
    return true
  })
}

/** Stores the live frames of a pack in another pack. Resolves to their log bytes. */
async function rewrite(ports: ReclaimPorts, pack: PackId, day: RetentionDay): Promise<number> {
  let movedBytes = 0
  let some: Frame[] = []
  let bytes = 0
  const move = async () => {
    movedBytes += await ports.inTurn(() => moveLive(ports, some, pack, day))
    some = []
    bytes = 0
  }
  try {
    for await (const frame of ports.packs.frames(pack)) {
      if (!(await isLive(ports, frame))) continue
      some.push(frame)
      bytes += frame.end - frame.at
      if (bytes >= STEP_MAX_BYTES || some.length >= STEP_MAX_FRAMES) await move()
    }
  } catch (error) {
    giveUp(ports, pack, error)
  }
  await move()
  return movedBytes
}

async function isLive({ frames }: ReclaimPorts, { log, at, pack, position }: Frame): Promise<boolean> {
  const [row] = await frames.framesOf(log, at, at + 1, 1)
  return row !== undefined && row.at === at && row.pack === pack && row.position === position
}

async function moveLive(
  ports: ReclaimPorts,
  some: readonly Frame[],
  pack: PackId,
  day: RetentionDay,
): Promise<number> {
  const drafts: FrameDraft[] = []
  const from: Frame[] = []
  for (const frame of some) {
    const draft = (await isLive(ports, frame)) ? await draftOf(ports, frame, day) : undefined
    if (draft === undefined) continue
    drafts.push(draft)
    from.push(frame)
  }
  if (drafts.length === 0) return 0
  const to = await ports.packs.write(drafts, pack)
  const moves: FrameMove[] = from.map((frame, i) => ({ from: frame, to: to[i]! }))
  await ports.frameMaintenance.moveFrames(moves)
  return drafts.reduce((bytes, draft) => bytes + draft.bytes.length, 0)
}

/**
 * The draft that the frame was written from; undefined if the frame cannot be read and stays where
 * it is.
 */
async function draftOf(
  ports: ReclaimPorts,
  frame: Frame,
  day: RetentionDay,
): Promise<FrameDraft | undefined> {
  try {
    const [bytes, { arrivals }] = await Promise.all([ports.packs.read(frame), ports.packs.readIndex(frame)])
    const { log, at, firstLine } = frame
    return { log, at, firstLine, bytes, arrivals, day }
  } catch (error) {
    giveUp(ports, frame.pack, error)
  }
}

function giveUp({ unreadable }: ReclaimPorts, pack: PackId, error: unknown): void {
  if (!isTailraceError(error, 'log-damaged')) throw error
  unreadable.add(pack)
}
