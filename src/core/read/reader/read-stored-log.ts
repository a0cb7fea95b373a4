import type { ByteOffset, LogId } from '../../../contract/quantities.ts'
import type { FrameCatalog } from '../../ports/frame-catalog.ts'
import type { PackStore } from '../../ports/pack-store.ts'
import type { LogReader } from './log-reader.ts'

interface Ports {
  readonly frames: FrameCatalog
  readonly packs: PackStore
  readonly reader: LogReader
  /** One zstd frame of these bytes. */
  readonly compress: (bytes: Uint8Array) => Promise<Uint8Array>
}

const FRAMES_AT_ONCE = 64

/**
 * Yields the log's bytes `[0, head)` as zstd frames: those in packs as they are stored, what is still in the journal compressed now.
 * Together they decode to exactly those bytes. Rejects with `log-damaged` as the packs and the reader do.
 */
export async function* readStoredLog(ports: Ports, log: LogId, head: ByteOffset): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let more = true; more; ) {
    more = false
    for (const frame of await ports.frames.framesOf(log, at, head, FRAMES_AT_ONCE)) {
      // A frame that reaches past this snapshot is cut below.
      if (frame.at !== at || frame.end > head) break
      yield await ports.packs.readStored(frame)
      at = frame.end
      more = true
    }
  }
  for await (const bytes of ports.reader.read(log, at, head)) yield await ports.compress(bytes)
}
