import type { Part } from '../ports/build-history.ts'

/** A part of a list, and where the next one goes on. */
export interface Continued<Entry, Place> {
  readonly entries: readonly Entry[]
  /** Where the last entry stands; absent when nothing follows it. */
  readonly next?: Place
}

/** Takes up to `limit` entries of a list, and looks whether there are more. */
export async function continueList<Entry, Place>(
  limit: number,
  placeOf: (entry: Entry) => Place,
  list: (part: Part) => Promise<readonly Entry[]>,
): Promise<Continued<Entry, Place>> {
  const found = await list({ skip: 0, limit: limit + 1 })
  const entries = found.slice(0, limit)
  return found.length > limit ? { entries, next: placeOf(entries.at(-1)!) } : { entries }
}
