import type { ByteOffset } from '../../contract/quantities.ts'
import type { EndRecord } from './spool-entry.ts'

/** A log that is to be delivered. */
export interface LogSource {
  /** The number of bytes so far. */
  readonly sizeBytes: number
  /** The first byte that can be read. Bytes that the server acknowledged may be gone. */
  readonly keptFrom: ByteOffset
  /** Set when the log does not grow any more. */
  readonly end: EndRecord | undefined
  /**
   * Between one and `maxBytes` bytes at `from`, which is less than `sizeBytes`. Rejects with
   * `BytesLost` when they are gone.
   */
  read(from: ByteOffset, maxBytes: number): Promise<Uint8Array<ArrayBuffer>>
  /** The server has all bytes before `head`. */
  acknowledge(head: ByteOffset): void
  /** Resolves when the log grows or ends. Rejects with the signal's reason. */
  changed(signal: AbortSignal): Promise<void>
}

/** Bytes of a log are neither in the spool any more nor on the server. */
export class BytesLost extends Error {
  /** The first of them. */
  readonly from: number

  constructor(from: number) {
    super(`the bytes of the log from offset ${from} on are neither in the spool nor on the server`)
    this.name = 'BytesLost'
    this.from = from
  }
}
