import type { ByteOffset, LogId } from '../../contract/quantities.ts'

/**
 * Bytes `[from, to)` of a log were stored in frames: they are durable in packs and listed in the
 * frame table.
 */
export interface FramesStored {
  readonly log: LogId
  readonly from: ByteOffset
  readonly to: ByteOffset
}

/** A log is sealed, and frames hold all of its bytes. */
export interface LogSealed {
  readonly log: LogId
  readonly sizeBytes: ByteOffset
}

/**
 * What maintenance publishes. An event is never published before what it says is durable. It comes
 * once as a rule, twice at worst. It is lost if the process ends before a subscriber has handled
 * it: a subscriber that must not miss any compares its own records with the catalog when it starts.
 */
export class MaintenanceEvents {
  readonly framesStored: EventPublisher<FramesStored>
  readonly logSealed: EventPublisher<LogSealed>

  /** `onError` gets what subscribers throw or reject with. It must not throw. */
  constructor(onError: (error: unknown) => void) {
    this.framesStored = new EventPublisher(onError)
    this.logSealed = new EventPublisher(onError)
  }
}

/**
 * Is called in the middle of a pass, and nobody waits for its result: a slow subscriber must queue
 * its own work.
 */
export type Subscriber<Event> = (event: Event) => void | Promise<void>

class EventPublisher<Event> {
  readonly #subscribers = new Set<{ readonly notify: Subscriber<Event> }>()
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  get hasSubscribers(): boolean {
    return this.#subscribers.size > 0
  }

  /** Every event published from now on goes to `notify`, until the result is disposed of. */
  subscribe(notify: Subscriber<Event>): Disposable {
    const subscriber = { notify }
    this.#subscribers.add(subscriber)
    return { [Symbol.dispose]: () => void this.#subscribers.delete(subscriber) }
  }

  /** Calls every subscriber once. Never throws, and does not wait for them. */
  publish(event: Event): void {
    for (const { notify } of this.#subscribers) Promise.try(notify, event).catch(this.#onError)
  }
}
