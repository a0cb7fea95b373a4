import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogId } from '../../src/contract/quantities.ts'
import { type FramesStored, MaintenanceEvents } from '../../src/core/maintain/maintenance-events.ts'
import type { StoreUnderTest } from './write-path-model.ts'

/**
 * Subscribes to both events of a store, together with subscribers that fail, and checks that each
 * event is true when it comes.
 */
export class EventRecord {
  readonly events = new MaintenanceEvents(error => {
    if (error !== SUBSCRIBER_FAILED) this.#untrue.push(error)
  })
  readonly #untrue: unknown[] = []
  readonly #stored: FramesStored[] = []
  readonly #sealed: LogId[] = []
  readonly #store: StoreUnderTest

  constructor(store: StoreUnderTest) {
    this.#store = store
    for (const publisher of [this.events.framesStored, this.events.logSealed]) {
      publisher.subscribe(() => {
        throw SUBSCRIBER_FAILED
      })
      publisher.subscribe(() => Promise.reject(SUBSCRIBER_FAILED))
    }
    this.events.framesStored.subscribe(async part => {
      this.#stored.push(part)
      assert.ok((await this.#packedEnd(part.log)) >= part.to, `not stored yet: ${JSON.stringify(part)}`)
    })
    this.events.logSealed.subscribe(async ({ log, sizeBytes }) => {
      this.#sealed.push(log)
      const state = (await store.builds.statesOf([log])).get(log)
      assert.deepEqual([state?.state, state?.sizeBytes], ['sealed', sizeBytes])
      assert.equal(await this.#packedEnd(log), sizeBytes)
    })
  }

  /** Both events came for a log that is sealed and wholly in packs. */
  async assertComplete(log: LogId, sizeBytes: number): Promise<void> {
    for (let tries = 0; !this.#sealed.includes(log); tries++) {
      assert.ok(tries < 2000, `no event says that log ${log} is sealed`)
      await sleep(2)
    }
    const parts = this.#stored.filter(part => part.log === log)
    assert.deepEqual(
      parts.map(({ from }) => from),
      [0, ...parts.map(({ to }) => to)].slice(0, parts.length),
    )
    assert.equal(parts.at(-1)?.to ?? 0, sizeBytes)
    assert.deepEqual(this.#untrue, [])
  }

  async #packedEnd(log: LogId): Promise<number> {
    return (await this.#store.frames.packedEnds([log])).get(log)?.end ?? 0
  }
}

const SUBSCRIBER_FAILED = new Error('this subscriber always fails')
