import type { Part } from '../ports/build-history.ts'

/** A page of a list. */
export interface ListPage<Entry, Place> {
  readonly entries: readonly Entry[]
  /** The place of the last entry, after which the next page begins; absent on the last page. */
  readonly next?: Place
}

/** Lists one entry more than `limit` to learn whether another page follows. */
export async function listPage<Entry, Place>(
  limit: number,
  placeOf: (entry: Entry) => Place,
  list: (part: Part) => Promise<readonly Entry[]>,
): Promise<ListPage<Entry, Place>> {
  const found = await list({ skip: 0, limit: limit + 1 })
  const entries = found.slice(0, limit)
  return found.length > limit ? { entries, next: placeOf(entries.at(-1)!) } : { entries }
}
