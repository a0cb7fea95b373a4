import type { LogReader } from '../../core/read/reader/log-reader.ts'
import type { Metrics } from './metrics.ts'

/** The same reader, of which the bytes are counted. */
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
