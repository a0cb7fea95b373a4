import { TailraceError } from '../../contract/errors.ts'
import type { StepCensus } from '../ports/build-catalog.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { Journal } from '../ports/journal.ts'
import type { Frame } from '../ports/pack-store.ts'

export interface SparePorts {
  readonly census: Pick<StepCensus, 'statesOf' | 'lastLog'>
  readonly frames: Pick<FrameCatalog, 'packedEnds' | 'framesOf'>
  readonly journal: Pick<Journal, 'extent'>
}

/** Resolves to whether the pack that a row names exists and is long enough. */
export type IsStored = (row: Frame) => Promise<boolean>

const FRAMES_AT_ONCE = 1000

/**
 * Makes sure that frames which no row names may be deleted: their logs were deleted, or their bytes
 * are also in other frames or in the journal, as after a crash. Rejects with `store-unavailable`
 * otherwise: then the catalog is older than the packs, or has lost rows, or the journal has lost
 * bytes.
 */
export async function assertSpare(
  ports: SparePorts,
  unnamed: readonly Frame[],
  isStored: IsStored,
): Promise<void> {
  const lastLog = await ports.census.lastLog()
  for (let at = 0; at < unnamed.length; at += FRAMES_AT_ONCE) {
    const some = unnamed.slice(at, at + FRAMES_AT_ONCE)
    const logs = [...new Set(some.map(({ log }) => log))]
    const [states, ends] = await Promise.all([ports.census.statesOf(logs), ports.frames.packedEnds(logs)])
    for (const frame of some) {
      const { log, end } = frame
      if (log <= lastLog && !states.has(log)) continue
      if (await isElsewhere(ports, frame, ends.get(log)?.end ?? 0, isStored)) continue
      throw new TailraceError('store-unavailable', onlyCopy(frame), { frame: { ...frame, end } })
    }
  }
}

async function isElsewhere(
  { frames, journal }: SparePorts,
  { log, at, end }: Frame,
  packedEnd: number,
  isStored: IsStored,
): Promise<boolean> {
  if (at < packedEnd)
    for (const row of await frames.framesOf(log, at, Math.min(end, packedEnd), FRAMES_AT_ONCE))
      if (!(await isStored(row))) return false
  if (end <= packedEnd) return true
  const extent = await journal.extent(log)
  return extent !== undefined && extent.from <= Math.max(at, packedEnd) && end <= extent.head
}

const onlyCopy = ({ log, at, end, pack, position }: Frame): string =>
  `The catalog is older than its packs, or the journal has lost bytes: pack ${pack} has bytes ${at} to ${end} of log ${log} from its byte ${position} on, and they are nowhere else. ` +
  'If the catalog was restored from a backup, restore the whole data directory.'
