import type { LogId } from '../../../contract/quantities.ts'
import type { DueLog } from '../../../core/ports/journal.ts'
import { Bell } from './bell.ts'
import type { LiveLog } from './live-log.ts'
import type { SegmentRing } from './segment-ring.ts'

/** Knows which logs should move to packs, without looking at all that are live. */
export class DueLogs {
  readonly changed = new Bell()
  readonly #frameBytes: number
  readonly #maxRecords: number
  /** Logs with a full frame or too many records, or closed with a rest. */
  readonly #ready = new Set<LiveLog>()

  constructor(frameBytes: number, maxRecords: number) {
    this.#frameBytes = frameBytes
    this.#maxRecords = maxRecords
  }

  /** To be called whenever a log grew, was closed, opened or released. */
  update(live: LiveLog): void {
    const hasRest = live.head > live.from
    if (hasRest && (live.closed || this.#hasFrame(live) || live.recordCount >= this.#maxRecords))
      this.#ready.add(live)
    else this.#ready.delete(live)
  }

  /** Everything due now, those that pin the oldest space first. */
  now(ring: SegmentRing, logs: ReadonlyMap<LogId, LiveLog>): DueLog[] {
    const inWay = ring.logsInWay()
    const due = new Set(this.#ready)
    for (const log of inWay) due.add(logs.get(log)!)
    return [...due].sort(byAge).map(live => ({
      log: live.log,
      from: live.from,
      to: live.head,
      // One that is due for its many records alone has no full frame.
      everything: live.closed || inWay.has(live.log) || !this.#hasFrame(live),
    }))
  }

  #hasFrame(live: LiveLog): boolean {
    return live.head - live.from >= this.#frameBytes
  }
}

function byAge({ oldestRecord: one }: LiveLog, { oldestRecord: other }: LiveLog): number {
  const segments = one!.segment.header.sequence - other!.segment.header.sequence
  return segments === 0 ? one!.position - other!.position : segments
}
