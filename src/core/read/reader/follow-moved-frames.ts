import { isTailraceError } from '../../../contract/errors.ts'
import type { FrameCatalog } from '../../ports/frame-catalog.ts'
import type { Frame, PackStore } from '../../ports/pack-store.ts'

type Rows = Pick<FrameCatalog, 'framesOf'>

/**
 * Reads a frame with `read`. If its pack was rewritten and dropped since the row was found, the
 * frame is read from its new place. Rejects as `read` does if the frame has not moved.
 */
export async function readMovedFrame<T>(
  frames: Rows,
  frame: Frame,
  read: (frame: Frame) => Promise<T>,
): Promise<T> {
  for (let row = frame; ; ) {
    try {
      return await read(row)
    } catch (error) {
      if (!isTailraceError(error, 'log-damaged')) throw error
      const [now] = await frames.framesOf(row.log, row.at, row.at + 1, 1)
      const moved = now !== undefined && (now.pack !== row.pack || now.position !== row.position)
      if (!moved || now.at !== row.at || now.end !== row.end) throw error
      row = now
    }
  }
}

/**
 * The same packs for readers that keep rows for a while. Frames that have moved since are found.
 */
export function followMovedFrames(packs: PackStore, frames: Rows): PackStore {
  return {
    write: (drafts, apart) => packs.write(drafts, apart),
    read: frame => readMovedFrame(frames, frame, row => packs.read(row)),
    readStored: frame => readMovedFrame(frames, frame, row => packs.readStored(row)),
    readIndex: frame => readMovedFrame(frames, frame, row => packs.readIndex(row)),
    packs: () => packs.packs(),
    frames: pack => packs.frames(pack),
    drop: pack => packs.drop(pack),
    [Symbol.asyncDispose]: () => packs[Symbol.asyncDispose](),
  }
}
