import type { ByteOffset, EpochMs, LogId } from '../../contract/quantities.ts'

/**
 * What the journal holds of a live log. Bytes below `from` are in packs; `head` is the offset of
 * the next byte.
 */
export interface Extent {
  readonly from: ByteOffset
  readonly head: ByteOffset
}

/** Stored bytes that arrived together, or a part of them. The reader must not change `bytes`. */
export interface JournalChunk {
  readonly at: ByteOffset
  readonly bytes: Uint8Array
  readonly arrivedAtMs: EpochMs
}

/** Bytes `[from, to)` of a log that should move to packs now. */
export interface DueLog {
  readonly log: LogId
  readonly from: ByteOffset
  readonly to: ByteOffset
  /**
   * Move every byte, even if the last frame stays small: the log is closed, or pins space that is
   * needed.
   */
  readonly everything: boolean
}

/**
 * Where the newest bytes are durable, and the owner of the heads of live logs. A log is live from
 * `open` until it is closed and everything of it is released. After a restart, the logs that have
 * bytes left are live. Bytes at or above `from` of the extent are here, bytes below are in packs. A
 * release may overtake a reader: its `read` then ends early, and it continues in the packs.
 * Disposing of the journal ends it: queued appends are stored; appends that wait for space, and all
 * later calls, fail with `store-unavailable`.
 */
export interface Journal extends AsyncDisposable {
  /**
   * Makes a log live with `head` bytes already stored in packs. A log that is live stays as it is,
   * except that a closed one accepts appends again. Resolves to its extent.
   */
  open(log: LogId, head: ByteOffset): Promise<Extent>

  /** The extent of a live log; undefined for any other. Only durable bytes count. */
  extent(log: LogId): Promise<Extent | undefined>

  /**
   * Stores `bytes` (1 byte to 16 MiB), all or nothing, at `at`, which must be where the log ends,
   * including appends in progress. Resolves to the new head when the bytes are durable. May wait
   * while space is short. The caller must not change `bytes` until the promise settles.
   *
   * Rejects with `log-not-live` when the log is not live, `log-sealed` when it is closed (detail:
   * head), `offset-conflict` when it does not end at `at` (detail: the head, once the appends in
   * progress have ended), `too-large` when so many bytes can never fit, and `store-unavailable`
   * when the medium fails or stays full. A rejected append stores nothing, not even after a restart
   * that is followed by other appends.
   */
  append(log: LogId, at: ByteOffset, bytes: Uint8Array, arrivedAtMs: EpochMs): Promise<ByteOffset>

  /**
   * Yields the stored bytes of `[from, to)` in order, in chunks that do not cross arrivals. Ends
   * early only where bytes were released meanwhile. Never skips bytes, and never waits for bytes
   * that are not written yet. Rejects with `log-damaged` when a stored chunk can no longer be read.
   */
  read(log: LogId, from: ByteOffset, to: ByteOffset): AsyncIterable<JournalChunk>

  /**
   * From now on no append to this log succeeds until it is opened again; what is left of it becomes
   * due. Resolves to its head, once the appends in progress have ended. Rejects with `log-not-live`
   * when the log is not live.
   */
  close(log: LogId): Promise<ByteOffset>

  /**
   * Waits until at least one log is due. Resolves to all logs that are due, ordered by the age of
   * the space that they pin, oldest first; or to an empty list when `signal` aborts or the journal
   * ends. A log stays due until it is released, so a caller must skip those it is already working
   * on. Due are: a full frame's worth of bytes, everything left of a closed log, and whatever is in
   * the oldest space when space is short.
   */
  due(signal: AbortSignal): Promise<readonly DueLog[]>

  /**
   * Bytes below `upTo` are durable in packs and in the catalog, so their space may be used again.
   * Repeats are harmless.
   */
  release(log: LogId, upTo: ByteOffset): Promise<void>
}
