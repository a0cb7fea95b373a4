import { TailraceError } from '../../contract/errors.ts'
import type { StepCensus } from '../ports/build-catalog.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { Journal } from '../ports/journal.ts'
import type { Frame } from '../ports/pack-store.ts'

export interface SparePorts {
  readonly census: Pick<StepCensus, 'statesOf' | 'lastLog'>
  readonly frames: Pick<FrameCatalog, 'packedEnds'>
  readonly journal: Pick<Journal, 'extent'>
}

const FRAMES_AT_ONCE = 1000

/**
 * Makes sure that frames which no row names can go: their logs were deleted, or their bytes are in other frames or in the journal too, as a crash
 * leaves them. Rejects with `store-unavailable` otherwise: then the catalog is older than the packs, as no crash leaves it.
 */
export async function assertSpare(ports: SparePorts, unnamed: readonly Frame[]): Promise<void> {
  const lastLog = await ports.census.lastLog()
  for (let at = 0; at < unnamed.length; at += FRAMES_AT_ONCE) {
    const some = unnamed.slice(at, at + FRAMES_AT_ONCE)
    const logs = [...new Set(some.map(({ log }) => log))]
    const [states, ends] = await Promise.all([ports.census.statesOf(logs), ports.frames.packedEnds(logs)])
    for (const frame of some) {
      const { log, end } = frame
      const isDeleted = log <= lastLog && !states.has(log)
      if (!isDeleted && !(await isElsewhere(ports, frame, ends.get(log)?.end ?? 0)))
        throw new TailraceError('store-unavailable', olderThan(frame), { frame: { ...frame, end } })
    }
  }
}

async function isElsewhere(
  { journal }: SparePorts,
  { log, end }: Frame,
  packedEnd: number,
): Promise<boolean> {
  if (end <= packedEnd) return true
  const extent = await journal.extent(log)
  return extent !== undefined && extent.from <= packedEnd && end <= extent.head
}

const olderThan = ({ log, at, end, pack }: Frame): string =>
  `The catalog is older than the packs beside it: pack ${pack} has bytes ${at} to ${end} of log ${log}, of which neither it nor the journal knows. ` +
  'If it was restored from a back-up, restore the whole data directory.'
