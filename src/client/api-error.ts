import { type ErrorCode, type ErrorDetail, TailraceError } from '../contract/errors.ts'

/** The domain's code for each error_code on the wire (docs/api.md §1). */
const BY_WIRE_CODE: Readonly<Record<string, ErrorCode>> = {
  'CB.00060200': 'invalid-parameter',
  'CB.00060201': 'invalid-job-id',
  'CB.00060101': 'internal',
  'DEVCB.00031006': 'not-found',
  'APIGW.0101': 'no-such-route',
  'APIGW.0201': 'headers-too-large',
  'APIGW.0301': 'not-authenticated',
  'APIGW.0302': 'not-allowed',
  'APIGW.0308': 'rate-limited',
  'TR.OFFSET_CONFLICT': 'offset-conflict',
  'TR.SEALED': 'log-sealed',
  'TR.MISMATCH': 'finish-mismatch',
  'TR.TUS_VERSION': 'tus-version',
  'TR.TOO_LARGE': 'too-large',
  'TR.MEDIA_TYPE': 'media-type',
  'TR.CHECKSUM': 'checksum-mismatch',
  'TR.RANGE': 'range-not-satisfiable',
  'TR.UNAVAILABLE': 'store-unavailable',
}

/** For answers without a body of Tailrace: to HEAD, from identity services, and from proxies. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'not-authenticated',
  403: 'not-allowed',
  404: 'not-found',
  408: 'store-unavailable',
  413: 'too-large',
  429: 'rate-limited',
  431: 'headers-too-large',
}

/** The error that an answer other than 2xx states. Reads its body. */
export async function apiError(response: Response): Promise<TailraceError> {
  const { wireCode, message } = await errorBody(response)
  const code = BY_WIRE_CODE[wireCode ?? ''] ?? codeOfStatus(response.status)
  return new TailraceError(code, message ?? `HTTP ${response.status}`, errorDetail(response.headers))
}

/** The body of a rejection. */
export interface ErrorBody {
  readonly error_code: string
  readonly error_msg: string
}

/** The error that is stated within an answer whose status was a success. */
export function errorOfBody({ error_code, error_msg }: ErrorBody): TailraceError {
  return new TailraceError(BY_WIRE_CODE[error_code] ?? 'store-unavailable', error_msg)
}

function codeOfStatus(status: number): ErrorCode {
  return BY_STATUS[status] ?? (status >= 500 ? 'store-unavailable' : 'invalid-parameter')
}

function errorDetail(headers: Headers): ErrorDetail {
  const head = wholeNumber(headers.get('upload-offset'))
  const retryAfterSeconds = secondsUntil(headers.get('retry-after'))
  return {
    ...(head !== undefined && { head }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  }
}

/** The body of Tailrace, or `{error: {message}}` of Keystone. */
async function errorBody(response: Response): Promise<{ wireCode?: string; message?: string }> {
  try {
    const body = (await response.json()) as {
      error_code?: unknown
      error_msg?: unknown
      error?: { message?: unknown }
    }
    const message = body.error_msg ?? body.error?.message
    return {
      ...(typeof body.error_code === 'string' && { wireCode: body.error_code }),
      ...(typeof message === 'string' && { message }),
    }
  } catch {
    return {}
  }
}

/** The value of a header that consists of digits; undefined for any other. */
export function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^[0-9]{1,16}$/.test(text) ? Number(text) : undefined
}

/** Retry-After is a number of seconds or a date (RFC 9110 §10.2.3). */
function secondsUntil(text: string | null): number | undefined {
  const seconds = wholeNumber(text)
  if (seconds !== undefined || text === null) return seconds
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? undefined : Math.max(0, Math.ceil((atMs - Date.now()) / 1000))
}
