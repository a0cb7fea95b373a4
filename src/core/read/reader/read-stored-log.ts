import type { ByteOffset, LogId } from '../../../contract/quantities.ts'
import type { FrameCatalog } from '../../ports/frame-catalog.ts'
import type { PackStore } from '../../ports/pack-store.ts'
import type { LogReader } from './log-reader.ts'

interface Ports {
  readonly frames: FrameCatalog
  readonly packs: PackStore
  readonly reader: LogReader
  /** Compresses bytes to one zstd frame. */
  readonly compress: (bytes: Uint8Array) => Promise<Uint8Array>
}

const FRAMES_AT_ONCE = 64

/**
 * Yields the bytes `[0, head)` of a log as zstd frames, which together decode to exactly these
 * bytes. Frames in packs are sent as stored; bytes in the journal are compressed now. Rejects as
 * the packs and the reader do.
 */
export async function* readStoredLog(ports: Ports, log: LogId, head: ByteOffset): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let more = true; more; ) {
    more = false
    for (const frame of await ports.frames.framesOf(log, at, head, FRAMES_AT_ONCE)) {
      // Of a frame that reaches past `head` only a part is wanted: it is compressed below.
      if (frame.at !== at || frame.end > head) break
      yield await ports.packs.readStored(frame)
      at = frame.end
      more = true
    }
  }
  for await (const bytes of ports.reader.read(log, at, head)) yield await ports.compress(bytes)
}
