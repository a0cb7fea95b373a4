import { TailraceError } from '../../contract/errors.ts'
import type { ProjectId } from '../../contract/ids.ts'

export interface SlotLimits {
  readonly perProject: number
  readonly total: number
}

const RETRY_AFTER_SECONDS = 2

/** Limits how many searches run at the same time, in total and for each project. */
export class SearchSlots {
  readonly #limits: SlotLimits
  readonly #taken = new Map<ProjectId, number>()
  #total = 0

  constructor(limits: SlotLimits) {
    this.#limits = limits
  }

  /** Takes a slot until the result is disposed. Throws `rate-limited` if none is free. */
  take(project: ProjectId): Disposable {
    const own = this.#taken.get(project) ?? 0
    if (own >= this.#limits.perProject || this.#total >= this.#limits.total)
      throw new TailraceError('rate-limited', 'Too many searches are in progress.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      })
    this.#taken.set(project, own + 1)
    this.#total++
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (!held) return
        held = false
        this.#give(project)
      },
    }
  }

  #give(project: ProjectId): void {
    const left = (this.#taken.get(project) ?? 1) - 1
    if (left === 0) this.#taken.delete(project)
    else this.#taken.set(project, left)
    this.#total--
  }
}
