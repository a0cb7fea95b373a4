import type { ByteOffset, EpochMs, LogId } from '../../contract/quantities.ts'

/**
 * What the journal holds of a live log: bytes below `from` are in packs, `head` is the offset of
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
 * `open` until it is closed and everything of it is released; after a restart the logs are live of
 * which bytes are left. Bytes at or above `from` of the extent are here, bytes below are in packs;
 * a reader that is overtaken by a release sees it as an early end of `read` and goes on in the
 * packs. Disposing of the journal ends it: queued appends are stored, those that wait for space and
 * all later calls fail as `store-unavailable`.
 */
export interface Journal extends AsyncDisposable {
  /**
   * Makes a log live with `head` bytes already stored in packs; a log that is live stays as it is,
   * except that a closed one takes appends again. Resolves to its extent.
   */
  open(log: LogId, head: ByteOffset): Promise<Extent>

  /** The extent of a live log; undefined for any other. Only durable bytes count. */
  extent(log: LogId): Promise<Extent | undefined>

  /**
   * Stores `bytes` (1 byte to 16 MiB) all or nothing so that the first lands at `at`, which must be
   * where the log ends, appends still under way included. Durable when this resolves; resolves to
   * the new head. Rejects with `log-not-live` when the log is not live, `log-sealed` when it is
   * closed (detail: head), `offset-conflict` when `at` is elsewhere (detail: the head, once the
   * appends that were under way have ended), `too-large` when so many bytes can never fit,
   * `store-unavailable` when the medium fails or stays full; then nothing was stored, also not
   * after a restart followed by other appends. The caller must not change `bytes` until then. May
   * wait while space is short.
   */
  append(log: LogId, at: ByteOffset, bytes: Uint8Array, arrivedAtMs: EpochMs): Promise<ByteOffset>

  /**
   * Yields the stored bytes of `[from, to)` in order, in chunks that do not cross arrivals. Ends
   * early only where bytes were released meanwhile; never skips any, never waits for bytes not yet
   * written. Rejects with `log-damaged` when a stored chunk can no longer be read.
   */
  read(log: LogId, from: ByteOffset, to: ByteOffset): AsyncIterable<JournalChunk>

  /**
   * No append to this log succeeds any more until it is opened again; what is left of it becomes
   * due. Resolves to its head; rejects with `log-not-live` when the log is not live.
   */
  close(log: LogId): Promise<ByteOffset>

  /**
   * Waits until at least one log is due and resolves to all that are, those that pin the oldest
   * space first; to an empty list when `signal` aborts or the journal ends. A log stays due until
   * it is released, so a caller that asks again meanwhile must skip those it has in hand. Due are:
   * a full frame's worth of bytes, any rest of a closed log, and whatever stands in the oldest
   * space when space is short.
   */
  due(signal: AbortSignal): Promise<readonly DueLog[]>

  /**
   * Bytes below `upTo` are durable in packs and in the catalog: their space may be used again.
   * Repeats are harmless.
   */
  release(log: LogId, upTo: ByteOffset): Promise<void>
}
