import { TailraceError } from '../../../contract/errors.ts'
import type { ByteOffset, LogId } from '../../../contract/quantities.ts'
import type { FrameCatalog } from '../../ports/frame-catalog.ts'
import type { Journal } from '../../ports/journal.ts'
import type { Frame, PackStore } from '../../ports/pack-store.ts'
import type { LogReader } from './log-reader.ts'

interface Stores {
  readonly journal: Pick<Journal, 'extent' | 'read'>
  readonly frames: Pick<FrameCatalog, 'framesOf' | 'packedEnds'>
  readonly packs: Pick<PackStore, 'read'>
}

/** How many frames to request from the catalog: few for a page, more for a download. */
const FIRST_FRAMES = 2
const MORE_FRAMES = 64

/**
 * The one reader of journal and packs. If a flush moves bytes during a read, the read continues in
 * the packs at the same byte. Each read decodes up to `framesAhead` (at least 1) frames while one
 * is consumed.
 */
export function storeLogReader({ journal, frames, packs }: Stores, framesAhead = 1): LogReader {
  async function head(log: LogId): Promise<ByteOffset> {
    const extent = await journal.extent(log)
    if (extent !== undefined) return extent.head
    return (await frames.packedEnds([log])).get(log)?.end ?? 0
  }

  async function* read(log: LogId, from: ByteOffset, to: ByteOffset): AsyncGenerator<Uint8Array> {
    let at = from
    for (let round = 0; at < to; round++) {
      const before = at
      const extent = await journal.extent(log)
      if (extent !== undefined && at >= extent.from) {
        for await (const chunk of journal.read(log, at, to)) {
          at = chunk.at + chunk.bytes.length
          yield chunk.bytes
        }
      }
      if (at >= to) return
      const packedTo = extent === undefined ? to : Math.min(to, Math.max(extent.from, at + 1))
      const some = await frames.framesOf(log, at, packedTo, round === 0 ? FIRST_FRAMES : MORE_FRAMES)
      for await (const bytes of readFrames(packs, some, at, to, framesAhead)) {
        at += bytes.length
        yield bytes
      }
      if (at === before)
        throw new TailraceError('log-damaged', `log ${log} has no bytes at ${at}, below ${to}`)
    }
  }

  return { head, read }
}

/**
 * Yields those bytes of `[from, to)` that are in these frames, and decodes the next frames
 * meanwhile.
 */
async function* readFrames(
  packs: Stores['packs'],
  some: readonly Frame[],
  from: ByteOffset,
  to: ByteOffset,
  framesAhead: number,
): AsyncGenerator<Uint8Array> {
  const ahead = some.slice(0, framesAhead).map(frame => readAhead(packs, frame))
  for (const [i, frame] of some.entries()) {
    const bytes = await ahead.shift()
    ahead.push(readAhead(packs, some[i + framesAhead]))
    const start = Math.max(from, frame.at)
    const end = Math.min(to, frame.end)
    if (bytes !== undefined && start < end) yield bytes.subarray(start - frame.at, end - frame.at)
  }
}

function readAhead(packs: Stores['packs'], frame: Frame | undefined): Promise<Uint8Array | undefined> {
  if (frame === undefined) return Promise.resolve(undefined)
  const bytes = packs.read(frame)
  // A failure is reported when the frame is awaited.
  bytes.catch(() => {})
  return bytes
}
