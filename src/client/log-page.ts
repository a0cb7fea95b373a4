import type { BuildNo, JobId, StepId } from '../contract/ids.ts'
import type { ReadStepLogAnswer } from '../contract/operations/logs/read-step-log.ts'
import type { ByteOffset } from '../contract/quantities.ts'
import { ServerUnreachable } from './server-unreachable.ts'

/** Names the log of one step as the contract's page routes do. */
export interface LogAddress {
  readonly jobId: JobId
  readonly buildNo: BuildNo
  readonly stepId: StepId
}

/** What to read: docs/api.md §2. */
export interface PageQuery extends LogAddress {
  readonly startOffset: ByteOffset
  /** 0: up to where the log ends now. */
  readonly endOffset: ByteOffset
  /** Lines at most, up to 1000. */
  readonly maxLines: number
  /** The last lines of the window instead of its first; in reading order all the same. */
  readonly fromEnd?: boolean
}

/** A part of a log, whichever form the server gives its numbers. */
export interface LogPage {
  /** The bytes `[start, end)` of the log that the text stands for. */
  readonly start: ByteOffset
  readonly end: ByteOffset
  readonly text: string
  /** Reading forwards: the step is not finished, or bytes follow. */
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

/** The page of an answer; offsets may be JSON numbers or strings. Throws `ServerUnreachable` when it is no page. */
export function pageOf(answer: ReadStepLogAnswer): LogPage {
  const { result, error, status } = answer as Partial<ReadStepLogAnswer>
  const start = Number(result?.start_offset)
  const end = Number(result?.end_offset)
  const text = result?.log ?? ''
  if (result == null || error != null || !Number.isSafeInteger(start) || !Number.isSafeInteger(end))
    throw new ServerUnreachable(`the answer holds no page of a log: status ${status}`)
  return { start, end, text, hasMore: result.has_more, location: result.location }
}
