/** What is counted of stored bytes: writes and reads of packs, and reads of logs. */
import type { PackStore } from '../../core/ports/pack-store.ts'
import type { LogReader } from '../../core/read/reader/log-reader.ts'
import type { Metrics } from './metrics.ts'

/** Counts the writes of `packs`, and the frames that it decodes. */
export function meteredPacks(packs: PackStore, { packedBytes, storedBytes, packReads }: Metrics): PackStore {
  return {
    async write(drafts, ...more) {
      const frames = await packs.write(drafts, ...more)
      for (const frame of frames) {
        packedBytes.inc(frame.end - frame.at)
        storedBytes.inc(frame.storedBytes)
      }
      return frames
    },
    read: frame => {
      packReads.inc()
      return packs.read(frame)
    },
    readStored: frame => packs.readStored(frame),
    readIndex: frame => packs.readIndex(frame),
    packs: () => packs.packs(),
    frames: pack => packs.frames(pack),
    drop: pack => packs.drop(pack),
    [Symbol.asyncDispose]: () => packs[Symbol.asyncDispose](),
  }
}

/** Counts the bytes that `reader` reads. */
export function meteredReader(reader: LogReader, { readBytes }: Metrics): LogReader {
  return {
    head: log => reader.head(log),
    async *read(log, from, to) {
      for await (const bytes of reader.read(log, from, to)) {
        readBytes.inc(bytes.length)
        yield bytes
      }
    },
  }
}
