/** Reads the numbers, pages and times of a query or path that its schema let through. */
import { TailraceError } from '../../contract/errors.ts'
import type { BuildNo, JobId } from '../../contract/ids.ts'
import { BUILD_NO_MAX } from '../../contract/limits.ts'
import { type EpochMs, MAX_INTEGER } from '../../contract/quantities.ts'
import type { Part, Span } from '../../core/ports/build-history.ts'

/** Reads digits that the schema let through. Throws `invalid-parameter` outside `[min, max]`. */
export function queryNumber(name: string, text: string, min = 0, max = MAX_INTEGER): number {
  const value = Number(text)
  if (value < min || value > max)
    throw new TailraceError('invalid-parameter', `${name} must be a number from ${min} to ${max}.`)
  return value
}

const queryBuildNo = (text: string) => queryNumber('build_no', text, 1, BUILD_NO_MAX)
export const queryStepId = (text: string) => queryNumber('step_id', text, 1)

const PAGE_SIZE_MAX = 100
const PAGE_SIZE_DEFAULT = 10
/** Pages are counted in 32 bits, as SDKs send them. */
const PAGE_INDEX_MAX = 2 ** 31 - 1

/** A page of a numbered list. */
export interface Page extends Part {
  readonly index: number
}

/**
 * Reads `page_index` and `page_size`: pages from 0, at most 100 entries, 10 by default. Throws
 * `invalid-parameter`.
 */
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

const SECOND_MS = 1000
const SPAN_MAX_MS = 31 * 24 * 3600 * SECOND_MS

/**
 * Reads `yyyy-MM-dd HH:mm:ss`, UTC, that the schema let through. Throws `invalid-parameter` when
 * there is no such time.
 */
function queryTime(name: string, text: string): EpochMs {
  const iso = `${text.replace(' ', 'T')}.000Z`
  const at = Date.parse(iso)
  // Date.parse reads February 30 as a day in March.
  if (Number.isNaN(at) || new Date(at).toISOString() !== iso)
    throw new TailraceError('invalid-parameter', `${name} is not a valid date and time.`)
  return at
}

/**
 * The span from one second to the end of another; an end that is not given is open. Throws
 * `invalid-parameter`.
 */
export function querySpan(
  [fromName, from]: readonly [name: string, text: string | undefined],
  [toName, to]: readonly [name: string, text: string | undefined],
): Span {
  const fromMs = from === undefined ? 0 : queryTime(fromName, from)
  const toMs = to === undefined ? Number.MAX_SAFE_INTEGER : queryTime(toName, to) + SECOND_MS
  if (toMs <= fromMs) throw new TailraceError('invalid-parameter', `${toName} is before ${fromName}.`)
  return { fromMs, toMs }
}

/** Throws `span-too-long` for more than 31 days. */
export function assertMonth({ fromMs, toMs }: Span): void {
  if (toMs - SECOND_MS - fromMs > SPAN_MAX_MS)
    throw new TailraceError('span-too-long', 'start_time and end_time are more than 31 days apart.')
}

/** The address of a build in a path. Throws `invalid-parameter` for a number that no build has. */
export function numberedBuild(params: { readonly job_id: string; readonly build_no: string }): {
  jobId: JobId
  buildNo: BuildNo
} {
  return { jobId: params.job_id, buildNo: queryBuildNo(params.build_no) }
}
