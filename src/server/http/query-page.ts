import type { Part } from '../../core/ports/build-history.ts'
import { queryNumber } from './query-number.ts'

const PAGE_SIZE_MAX = 100
const PAGE_SIZE_DEFAULT = 10
/** Pages are counted in 32 bits, as SDKs send them. */
const PAGE_INDEX_MAX = 2 ** 31 - 1

/** A page of a numbered list. */
export interface Page extends Part {
  readonly index: number
}

/** Reads `page_index` and `page_size`: pages from 0, at most 100 entries, 10 by default. Throws `invalid-parameter`. */
export function queryPage({
  page_index = '0',
  page_size = '0',
}: {
  page_index?: string
  page_size?: string
}): Page {
  const size = queryNumber('page_size', page_size, 0, PAGE_SIZE_MAX)
  return page(queryNumber('page_index', page_index, 0, PAGE_INDEX_MAX), size === 0 ? PAGE_SIZE_DEFAULT : size)
}

/** The same for lists that call them `page` and `limit`. */
export function queryLimitedPage({
  page: index = '0',
  limit = String(PAGE_SIZE_DEFAULT),
}: {
  page?: string
  limit?: string
}): Page {
  return page(queryNumber('page', index, 0, PAGE_INDEX_MAX), queryNumber('limit', limit, 1, PAGE_SIZE_MAX))
}

const page = (index: number, limit: number): Page => ({ index, skip: index * limit, limit })
