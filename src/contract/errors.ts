/**
 * Every reason for which Tailrace rejects a request. `server/http/error-status.ts` maps each to one
 * HTTP status and one code on the wire (docs/api.md §1); nothing else knows about HTTP.
 */
export type ErrorCode =
  /** A parameter or body is missing, repeated or malformed; the message names it. */
  | 'invalid-parameter'
  /** A job_id is not 32 × [0-9a-z]. */
  | 'invalid-job-id'
  /** A list covers more time than one request can. */
  | 'span-too-long'
  /** Missing, wrong, expired or revoked credentials. The message is the API gateway's text. */
  | 'not-authenticated'
  /** The caller is not allowed to do this: domain-scoped token, missing role, other project. */
  | 'not-allowed'
  /** No such job, build, record, step or stage in the caller's project. */
  | 'not-found'
  /** No such route or method. */
  | 'no-such-route'
  /** An append starts past the head, or differs from the stored bytes. Detail: head. */
  | 'offset-conflict'
  /**
   * The journal does not have the log: it must be opened before it accepts appends. Callers of the
   * API see a conflict.
   */
  | 'log-not-live'
  /** An append to a sealed log, or a finish that differs from the first one. Detail: head. */
  | 'log-sealed'
  /** The size or hash of a finish does not match the stored bytes. Detail: head, sha256. */
  | 'finish-mismatch'
  /** An id that the client chose is already in use. */
  | 'already-exists'
  | 'too-large'
  | 'headers-too-large'
  | 'media-type'
  | 'tus-version'
  /** The body does not match its Upload-Checksum. Nothing was stored. */
  | 'checksum-mismatch'
  /** If-Match does not match the log. */
  | 'precondition-failed'
  /** A Range starts at or past the head. Detail: head. */
  | 'range-not-satisfiable'
  /** A search with a regular expression exceeded its deadline. */
  | 'search-too-slow'
  /** Too many requests. Detail: retryAfterSeconds. */
  | 'rate-limited'
  /**
   * A bug in Tailrace: a state that cannot occur, or an error that nothing expects. The server's
   * log has the cause.
   */
  | 'internal'
  /** Stored bytes do not match their checksum, or are missing. */
  | 'log-damaged'
  /** The disk or database fails or is full. The same request may succeed later. */
  | 'store-unavailable'
  /**
   * The external IAM does not answer, or answers something invalid. The same request may succeed
   * later. Detail: retryAfterSeconds.
   */
  | 'iam-unavailable'

export interface ErrorDetail {
  readonly head?: number
  readonly sha256?: string
  readonly retryAfterSeconds?: number
  /** The damaged frame, for the server's own log. */
  readonly frame?: {
    readonly log: number
    readonly at: number
    readonly end: number
    readonly pack: string
    readonly position: number
  }
}

/**
 * The error class of the domain: a documented code, a message for the caller, and figures to act
 * on.
 */
export class TailraceError extends Error {
  readonly code: ErrorCode
  readonly detail: ErrorDetail

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TailraceError'
    this.code = code
    this.detail = detail
  }
}

/** True for a TailraceError, and only for one with this code if `code` is given. */
export function isTailraceError(error: unknown, code?: ErrorCode): error is TailraceError {
  return error instanceof TailraceError && (code === undefined || error.code === code)
}
