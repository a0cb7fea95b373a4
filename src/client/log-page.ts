import type { BuildNo, JobId, StepId } from '../contract/ids.ts'
import type { ReadStepLogAnswer } from '../contract/operations/logs/read-step-log.ts'
import type { ByteOffset } from '../contract/quantities.ts'
import { ServerUnreachable } from './server-unreachable.ts'

/** The log of one step, as the routes for pages name it. */
export interface LogAddress {
  readonly jobId: JobId
  readonly buildNo: BuildNo
  readonly stepId: StepId
}

/** What to read: docs/api.md §2. */
export interface PageQuery extends LogAddress {
  readonly startOffset: ByteOffset
  /** 0: the current end of the log. */
  readonly endOffset: ByteOffset
  /** The maximum number of lines, up to 1000. */
  readonly maxLines: number
  /** The last lines of the window instead of the first ones, still in reading order. */
  readonly fromEnd?: boolean
}

/** One page of a log. */
export interface LogPage {
  /** The text is that of the bytes `[start, end)` of the log. */
  readonly start: ByteOffset
  readonly end: ByteOffset
  readonly text: string
  /** More text follows, or the step is not finished. Only meaningful when reading forwards. */
  readonly hasMore: boolean
  readonly location: string
}

/** The query of `GET /v1/log/task/step`. */
export function pageParameters({ jobId, buildNo, stepId, ...query }: PageQuery) {
  return {
    job_id: jobId,
    build_no: buildNo,
    step_id: stepId,
    start_offset: query.startOffset,
    end_offset: query.endOffset,
    sort: query.fromEnd ? 'DESC' : 'AES',
    size: query.maxLines,
  }
}

/**
 * The page in an answer. Offsets may be JSON numbers or strings. Throws `ServerUnreachable` when
 * the answer is not a page.
 */
export function pageOf(answer: ReadStepLogAnswer): LogPage {
  const { result, error, status } = answer as Partial<ReadStepLogAnswer>
  const start = Number(result?.start_offset)
  const end = Number(result?.end_offset)
  const text = result?.log ?? ''
  if (result == null || error != null || !Number.isSafeInteger(start) || !Number.isSafeInteger(end))
    throw new ServerUnreachable(`the answer is not a page of a log: status ${status}`)
  return { start, end, text, hasMore: result.has_more, location: result.location }
}
