import { isTailraceError } from '../../contract/errors.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { Frame, PackStore } from '../ports/pack-store.ts'

/**
 * The same packs, for readers that hold rows for a while: a frame that is not where its row said, because its pack was rewritten
 * and dropped meanwhile, is read where its row says now. Rejects as `packs` does where the row still says the same.
 */
export function followMovedFrames(packs: PackStore, frames: Pick<FrameCatalog, 'framesOf'>): PackStore {
  async function follow<T>(frame: Frame, read: (frame: Frame) => Promise<T>): Promise<T> {
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
  return {
    write: (drafts, apart) => packs.write(drafts, apart),
    read: frame => follow(frame, row => packs.read(row)),
    readStored: frame => follow(frame, row => packs.readStored(row)),
    readIndex: frame => follow(frame, row => packs.readIndex(row)),
    packs: () => packs.packs(),
    frames: pack => packs.frames(pack),
    drop: pack => packs.drop(pack),
    [Symbol.asyncDispose]: () => packs[Symbol.asyncDispose](),
  }
}
