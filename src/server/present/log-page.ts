import { PAGE_MAX_LINES } from '../../contract/limits.ts'
import type { LogPageAnswer, LogPageQuery } from '../../contract/log-page.ts'
import type { OffsetFormat } from '../../contract/offset-format.ts'
import type { PageQuery, SourcedPage } from '../../core/read/page/read-page.ts'
import { queryNumber } from '../http/query-parameters.ts'

/**
 * The page that these parameters ask for. Throws `invalid-parameter` for a number that is too
 * large.
 */
export function queryLogPage({
  start_offset = '0',
  end_offset = '0',
  size = '0',
  sort = '',
}: LogPageQuery): PageQuery {
  const lines = queryNumber('size', size)
  return {
    startOffset: queryNumber('start_offset', start_offset),
    endOffset: queryNumber('end_offset', end_offset),
    order: sort.toUpperCase() === 'DESC' ? 'descending' : 'ascending',
    maxLines: lines === 0 ? PAGE_MAX_LINES : Math.min(lines, PAGE_MAX_LINES),
    holdBack: true,
  }
}

/** The envelope of a page. */
export function pageAnswer(page: SourcedPage, offsetFormat: OffsetFormat): LogPageAnswer {
  const offset = offsetFormat === 'string' ? String : (bytes: number) => bytes
  return {
    result: {
      start_offset: offset(page.startOffset),
      end_offset: offset(page.endOffset),
      log: page.text,
      has_more: page.hasMore,
      location: page.location,
    },
    error: null,
    status: 'success',
  }
}
