import { isTailraceError } from '../../contract/errors.ts'
import type { UnreadyPart } from '../../contract/operations/operating/check-health.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { DiskSpace, JournalSpace } from '../../core/ports/capabilities.ts'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'

/** What shows whether the server can store and serve logs. */
export interface Vitals {
  readonly isStopping: () => boolean
  readonly catalog: Pick<FrameCatalog, 'packedEnds'>
  /** When moving logs to packs failed last; 0 for never. */
  readonly lastFlushFailureMs: () => EpochMs
  readonly journalSpace: () => JournalSpace
  readonly disk: () => Promise<DiskSpace>
}

/**
 * A store that failed to flush within this time will soon take no more appends. It is tried again
 * each second.
 */
const FLUSH_FAILING_MS = 10_000

/** The parts that are not ready; none when the server is. Rejects only for faults of its own. */
export async function unreadyParts(vitals: Vitals, now: EpochMs): Promise<readonly UnreadyPart[]> {
  if (vitals.isStopping()) return ['server']
  const { isFull, neededDiskBytes } = vitals.journalSpace()
  const parts: UnreadyPart[] = []
  if (!(await answers(vitals.catalog))) parts.push('catalog')
  if (now - vitals.lastFlushFailureMs() < FLUSH_FAILING_MS) parts.push('packs')
  if (isFull) parts.push('journal')
  if (neededDiskBytes > (await freeBytes(vitals))) parts.push('disk')
  return parts
}

async function answers(catalog: Vitals['catalog']): Promise<boolean> {
  try {
    await catalog.packedEnds([1])
    return true
  } catch (error) {
    if (isTailraceError(error)) return false
    throw error
  }
}

/** A file system that does not report its free space counts as full. */
async function freeBytes({ disk }: Vitals): Promise<number> {
  try {
    return (await disk()).freeBytes
  } catch {
    return 0
  }
}
