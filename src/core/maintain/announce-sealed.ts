import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { LogSealed, MaintenanceEvents } from './maintenance-events.ts'

/** Logs that were sealed since `announceSealed` last looked at them. */
export class NewlySealed {
  logs: readonly LogSealed[] = []
  readonly #events: MaintenanceEvents

  constructor(events: MaintenanceEvents) {
    this.#events = events
  }

  /** Call when the sealed state is durable. Without a subscriber there is nothing to announce. */
  note(log: LogSealed): void {
    if (this.#events.logSealed.hasSubscribers) this.logs = [...this.logs, log]
  }
}

export interface AnnouncePorts {
  readonly frames: Pick<FrameCatalog, 'packedEnds'>
  readonly events: MaintenanceEvents
  readonly newlySealed: NewlySealed
}

/**
 * Publishes *log sealed* for logs whose last frame was stored before they were sealed: no flush
 * follows that could publish it (flushFrames). After a failure all are looked at again.
 */
export async function announceSealed({ frames, events, newlySealed }: AnnouncePorts): Promise<void> {
  const { logs } = newlySealed
  const ends = await frames.packedEnds(logs.map(({ log }) => log))
  newlySealed.logs = newlySealed.logs.slice(logs.length)
  for (const sealed of logs) {
    const end = ends.get(sealed.log)?.end ?? 0
    if (end >= sealed.sizeBytes) events.logSealed.publish(sealed)
  }
}
