/** Runs `work` when all work given before has ended; settles as `work` does. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/**
 * One at a time for whatever changes the frame table: a flush from its look at the catalog to its rows, the removal of rows, the
 * move of frames to other packs. Between them everything that was written has its rows, or never gets any.
 */
export function takeTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }
}
