import type { LogId } from '../../contract/quantities.ts'
import type { Coordination, InTurn, LogLocks, PackPins } from '../../core/ports/coordination.ts'

/** Pins that snapshots take. */
export interface MemoryPackPins extends PackPins {
  /** Packs stay until the result is disposed of. A removal in progress still ends. */
  hold(): Disposable
}

export interface MemoryCoordination extends Coordination {
  readonly packPins: MemoryPackPins
}

/** Implements Coordination for a store that only one process can open. */
export function createMemoryCoordination(): MemoryCoordination {
  return { locks: createLocks(), lastAppends: new Map(), inTurn: createTurns(), packPins: createPins() }
}

function createLocks(): LogLocks {
  const tails = new Map<LogId, Promise<unknown>>()
  return {
    async hold(log, work) {
      const mine = (tails.get(log) ?? Promise.resolve()).then(work, work)
      tails.set(log, mine)
      try {
        return await mine
      } finally {
        if (tails.get(log) === mine) tails.delete(log)
      }
    },
  }
}

function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }
}

function createPins(): MemoryPackPins {
  let holders = 0
  return {
    get isHeld() {
      return holders > 0
    },
    hold() {
      holders++
      let held = true
      return {
        [Symbol.dispose]() {
          if (held) holders--
          held = false
        },
      }
    },
  }
}
