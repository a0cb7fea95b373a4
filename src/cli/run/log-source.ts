import type { ByteOffset } from '../../contract/quantities.ts'
import type { EndRecord } from './spool-entry.ts'

/** A log on its way to a server, as its deliverer sees it. */
export interface LogSource {
  /** How many bytes it has by now. */
  readonly sizeBytes: number
  /** The first byte that `read` may be asked for: what the server has acknowledged may be gone. */
  readonly keptFrom: ByteOffset
  /** Set once it will not grow any more. */
  readonly end: EndRecord | undefined
  /** At least one byte and at most `maxBytes` from `from`, which is below `sizeBytes`. Rejects with `BytesLost` when they are not kept. */
  read(from: ByteOffset, maxBytes: number): Promise<Uint8Array<ArrayBuffer>>
  /** The server has all bytes before `head`. */
  acknowledge(head: ByteOffset): void
  /** Resolves when the log has grown or ended since the call. Rejects with the signal's reason. */
  changed(signal: AbortSignal): Promise<void>
}

/** Bytes of a log are not in the spool any more, and not with the server that is to have them. */
export class BytesLost extends Error {
  /** The first of them. */
  readonly from: number

  constructor(from: number) {
    super(`the log's bytes from ${from} on are not in the spool, and the server does not have them`)
    this.name = 'BytesLost'
    this.from = from
  }
}
