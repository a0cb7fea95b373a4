import { TailraceError } from '../../contract/errors.ts'
import { CHECKED_BODY_MAX_BYTES, FRAME_TARGET_BYTES } from '../../contract/limits.ts'
import { type ByteOffset, type EpochMs, type LogId, MIB } from '../../contract/quantities.ts'
import type { DueLog, Extent, Journal, JournalChunk } from '../../core/ports/journal.ts'

export interface MemoryJournalOptions {
  /** A log with this many bytes is due; FRAME_TARGET_BYTES by default. */
  readonly frameBytes?: number
  /**
   * Space is short above half of this, and appends wait above three quarters; 512 MiB by default.
   */
  readonly capacityBytes?: number
  /** How long an append waits for space; 10 s by default. */
  readonly spaceTimeoutMs?: number
}

interface StoredChunk extends JournalChunk {
  /** Numbers the chunks of all logs as they are stored, as the age of the space that they use. */
  readonly number: number
}

interface LiveLog {
  from: ByteOffset
  head: ByteOffset
  /** Where the log ends, including appends in progress. */
  tip: ByteOffset
  closed: boolean
  chunks: StoredChunk[]
  /** Settles with the last append accepted so far; never rejects. */
  settled: Promise<unknown>
}

interface WaitingAppend {
  readonly live: LiveLog
  readonly at: ByteOffset
  readonly bytes: Uint8Array
  readonly arrivedAtMs: EpochMs
  readonly done: PromiseWithResolvers<ByteOffset>
  timer?: NodeJS.Timeout
}

/**
 * The journal in memory, for tests and trials. It keeps every promise of the port except that
 * nothing outlives the process.
 */
export class MemoryJournal implements Journal {
  readonly #logs = new Map<LogId, LiveLog>()
  readonly #waiting: WaitingAppend[] = []
  readonly #dueWaiters = new Set<() => void>()
  readonly #frameBytes: number
  readonly #capacityBytes: number
  readonly #spaceTimeoutMs: number
  #usedBytes = 0
  #chunks = 0
  #ended = false

  constructor(options: MemoryJournalOptions = {}) {
    this.#frameBytes = options.frameBytes ?? FRAME_TARGET_BYTES
    this.#capacityBytes = options.capacityBytes ?? 512 * MIB
    this.#spaceTimeoutMs = options.spaceTimeoutMs ?? 10_000
  }

  async open(log: LogId, head: ByteOffset): Promise<Extent> {
    this.#assertRunning()
    let live = this.#logs.get(log)
    if (live === undefined) {
      live = { from: head, head, tip: head, closed: false, chunks: [], settled: Promise.resolve() }
      this.#logs.set(log, live)
    }
    live.closed = false
    return { from: live.from, head: live.head }
  }

  async extent(log: LogId): Promise<Extent | undefined> {
    this.#assertRunning()
    const live = this.#logs.get(log)
    return live && { from: live.from, head: live.head }
  }

  async append(log: LogId, at: ByteOffset, bytes: Uint8Array, arrivedAtMs: EpochMs): Promise<ByteOffset> {
    this.#assertRunning()
    if (bytes.length < 1) throw new TailraceError('invalid-parameter', 'an append has at least one byte')
    if (bytes.length > Math.min(CHECKED_BODY_MAX_BYTES, this.#usableBytes()))
      throw new TailraceError('too-large', `an append of ${bytes.length} bytes is too large`)
    const live = this.#logs.get(log)
    if (live === undefined) throw new TailraceError('log-not-live', `log ${log} is not live`)
    if (live.closed)
      throw new TailraceError('log-sealed', `log ${log} accepts no more bytes`, { head: live.head })
    if (at !== live.tip) {
      await live.settled
      throw new TailraceError('offset-conflict', `log ${log} does not end at ${at}`, { head: live.head })
    }
    const waiting: WaitingAppend = { live, at, bytes, arrivedAtMs, done: Promise.withResolvers() }
    live.tip += bytes.length
    live.settled = waiting.done.promise.catch(() => {})
    this.#waiting.push(waiting)
    this.#storeWhatFits()
    if (this.#waiting.includes(waiting))
      waiting.timer = setTimeout(() => this.#giveUp(waiting), this.#spaceTimeoutMs)
    return waiting.done.promise
  }

  async *read(log: LogId, from: ByteOffset, to: ByteOffset): AsyncGenerator<JournalChunk> {
    this.#assertRunning()
    for (let at = from; at < to; ) {
      const live = this.#logs.get(log)
      if (live === undefined || at < live.from || at >= live.head) return
      const chunk = live.chunks.find(({ at: begin, bytes }) => at < begin + bytes.length)!
      const bytes = chunk.bytes.subarray(at - chunk.at, to - chunk.at)
      yield { at, bytes, arrivedAtMs: chunk.arrivedAtMs }
      at += bytes.length
    }
  }

  async close(log: LogId): Promise<ByteOffset> {
    this.#assertRunning()
    const live = this.#logs.get(log)
    if (live === undefined) throw new TailraceError('log-not-live', `log ${log} is not live`)
    live.closed = true
    await live.settled
    this.#forgetIfDone(log, live)
    this.#wakeDue()
    return live.head
  }

  async due(signal: AbortSignal): Promise<readonly DueLog[]> {
    while (!signal.aborted && !this.#ended) {
      const due = this.#dueNow()
      if (due.length > 0) return due
      await this.#somethingChanged(signal)
    }
    return []
  }

  async release(log: LogId, upTo: ByteOffset): Promise<void> {
    this.#assertRunning()
    const live = this.#logs.get(log)
    if (live === undefined || upTo <= live.from) return
    live.from = Math.min(upTo, live.head)
    while (live.chunks[0] && live.chunks[0].at + live.chunks[0].bytes.length <= live.from)
      this.#usedBytes -= live.chunks.shift()!.bytes.length
    this.#forgetIfDone(log, live)
    this.#storeWhatFits()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    for (const waiting of [...this.#waiting]) this.#giveUp(waiting)
    this.#wakeDue()
  }

  #assertRunning(): void {
    if (this.#ended) throw new TailraceError('store-unavailable', 'the journal is closed')
  }

  #usableBytes(): number {
    return Math.floor((this.#capacityBytes * 3) / 4)
  }

  #storeWhatFits(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#usedBytes + next.bytes.length > this.#usableBytes()) break
      this.#waiting.shift()
      clearTimeout(next.timer)
      const { live, at, arrivedAtMs } = next
      const bytes = next.bytes.slice()
      this.#usedBytes += bytes.length
      live.chunks.push({ at, bytes, arrivedAtMs, number: this.#chunks++ })
      live.head = at + bytes.length
      next.done.resolve(live.head)
    }
    this.#wakeDue()
  }

  /** Rejects an append that waits for space, and those that follow it in its log. */
  #giveUp(waiting: WaitingAppend): void {
    const failed = this.#waiting.filter(({ live, at }) => live === waiting.live && at >= waiting.at)
    for (const { live, timer, done } of failed) {
      clearTimeout(timer)
      live.tip = Math.min(live.tip, waiting.at)
      done.reject(new TailraceError('store-unavailable', 'the journal is full'))
    }
    const rest = this.#waiting.filter(other => !failed.includes(other))
    this.#waiting.splice(0, this.#waiting.length, ...rest)
    this.#storeWhatFits()
  }

  #forgetIfDone(log: LogId, live: LiveLog): void {
    if (live.closed && live.from === live.tip) this.#logs.delete(log)
  }

  #dueNow(): DueLog[] {
    const inAgeOrder = [...this.#logs]
      .filter(([, live]) => live.head > live.from)
      .sort(([, one], [, other]) => one.chunks[0]!.number - other.chunks[0]!.number)
    let excessBytes = this.#usedBytes - this.#capacityBytes / 2
    return inAgeOrder.flatMap(([log, { from, head, closed }]) => {
      const everything = closed || excessBytes > 0
      excessBytes -= head - from
      return everything || head - from >= this.#frameBytes ? [{ log, from, to: head, everything }] : []
    })
  }

  #wakeDue(): void {
    for (const wake of this.#dueWaiters) wake()
  }

  async #somethingChanged(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    this.#dueWaiters.add(wake)
    signal.addEventListener('abort', wake)
    await promise
    signal.removeEventListener('abort', wake)
    this.#dueWaiters.delete(wake)
  }
}
