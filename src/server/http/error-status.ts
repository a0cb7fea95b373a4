import type { ErrorCode } from '../../contract/errors.ts'

interface Status {
  readonly status: number
  /** The wire's error_code (docs/api.md §1). */
  readonly errorCode: string
}

/**
 * The one place that gives every state of the domain its HTTP status and wire code; a new code does
 * not compile without them.
 */
export const ERROR_STATUS: Readonly<Record<ErrorCode, Status>> = {
  'invalid-parameter': { status: 400, errorCode: 'CB.00060200' },
  'invalid-job-id': { status: 400, errorCode: 'CB.00060201' },
  'span-too-long': { status: 400, errorCode: 'CB.00031105' },
  'not-authenticated': { status: 401, errorCode: 'APIGW.0301' },
  'not-allowed': { status: 403, errorCode: 'APIGW.0302' },
  'not-found': { status: 404, errorCode: 'DEVCB.00031006' },
  'no-such-route': { status: 404, errorCode: 'APIGW.0101' },
  'offset-conflict': { status: 409, errorCode: 'TR.OFFSET_CONFLICT' },
  'log-not-live': { status: 409, errorCode: 'TR.OFFSET_CONFLICT' },
  'log-sealed': { status: 409, errorCode: 'TR.SEALED' },
  'finish-mismatch': { status: 409, errorCode: 'TR.MISMATCH' },
  'already-exists': { status: 409, errorCode: 'TR.MISMATCH' },
  'tus-version': { status: 412, errorCode: 'TR.TUS_VERSION' },
  'precondition-failed': { status: 412, errorCode: 'TR.PRECONDITION' },
  'too-large': { status: 413, errorCode: 'TR.TOO_LARGE' },
  'headers-too-large': { status: 431, errorCode: 'APIGW.0201' },
  'media-type': { status: 415, errorCode: 'TR.MEDIA_TYPE' },
  'range-not-satisfiable': { status: 416, errorCode: 'TR.RANGE' },
  'search-too-slow': { status: 422, errorCode: 'TR.SEARCH_DEADLINE' },
  'rate-limited': { status: 429, errorCode: 'APIGW.0308' },
  'checksum-mismatch': { status: 460, errorCode: 'TR.CHECKSUM' },
  internal: { status: 500, errorCode: 'CB.00060101' },
  'log-damaged': { status: 500, errorCode: 'CB.00060101' },
  'store-unavailable': { status: 503, errorCode: 'TR.UNAVAILABLE' },
  'iam-unavailable': { status: 503, errorCode: 'TR.UNAVAILABLE' },
}

/** Answered for every failure that is ours; the log names the reason under the same request id. */
export const INTERNAL_ERROR_MESSAGE = 'Internal server error.'
