import { TailraceError } from '../../contract/errors.ts'
import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX } from '../../contract/records/build-summary.ts'
import { queryNumber } from '../http/query-parameters.ts'

const FORM = /^(?<list>[a-z0-9 ]+):(?<place>[1-9][0-9]{0,15})$/

/** A place in a list as clients carry it: opaque text, good for this list only. */
export function encodeCursor(list: string, place: number): string {
  return Buffer.from(`${list}:${place}`).toString('base64url')
}

/** The place of a cursor. Throws `invalid-parameter` for anything that this list did not give. */
export function decodeCursor(list: string, cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  const found = FORM.exec(text)?.groups
  const place = Number(found?.place)
  if (found?.list !== list || !Number.isSafeInteger(place) || encodeCursor(list, place) !== cursor)
    throw new TailraceError('invalid-parameter', 'cursor is not one of this list.')
  return place
}

export interface ListQuery {
  readonly cursor?: string
  readonly limit?: string
}

/** How much of a list is wanted, and from where on. */
export function queryList(list: string, { cursor, limit = String(LIST_LIMIT_DEFAULT) }: ListQuery) {
  return {
    limit: queryNumber('limit', limit, 1, LIST_LIMIT_MAX),
    before: cursor === undefined ? undefined : decodeCursor(list, cursor),
  }
}

/** The cursor of what follows, null when nothing does. */
export function nextCursor(list: string, next: number | undefined): string | null {
  return next === undefined ? null : encodeCursor(list, next)
}
