/**
 * Every way in which Tailrace refuses, as states of the world. The edge maps each to one HTTP status and one
 * wire code (`server/http/error-status.ts`); nothing inside knows HTTP.
 */
export type ErrorCode =
  /** A parameter or body is missing, repeated or malformed; the message names it. */
  | 'invalid-parameter'
  /** A job_id is not 32 × [0-9a-z]. */
  | 'invalid-job-id'
  /** A list is asked for a longer time than it goes over at once. */
  | 'span-too-long'
  /** No, bad, expired or revoked credentials; the message is the gateway's text for it. */
  | 'not-authenticated'
  /** The caller is known but may not do this: domain-scoped token, missing role, foreign project. */
  | 'not-allowed'
  /** No such job, build, record, step or stage in the caller's project. */
  | 'not-found'
  /** No such route or method. */
  | 'no-such-route'
  /** An append that starts past the head, or repeats other bytes than those stored; detail: head. */
  | 'offset-conflict'
  /** The journal does not have the log: it must be opened before it accepts appends. Callers of the API see a conflict. */
  | 'log-not-live'
  /** An append to, or another finish of, a log that is sealed; detail: head. */
  | 'log-sealed'
  /** A finish whose size or hash is not what is stored; detail: head, sha256. */
  | 'finish-mismatch'
  /** An id that the client chose is taken by something else. */
  | 'already-exists'
  | 'too-large'
  | 'headers-too-large'
  | 'media-type'
  | 'tus-version'
  /** The body is not what its Upload-Checksum says; nothing was stored. */
  | 'checksum-mismatch'
  /** If-Match names another version of the log. */
  | 'precondition-failed'
  /** A Range that starts at or past the head; detail: head. */
  | 'range-not-satisfiable'
  /** A regular expression takes longer on a log than a search may. */
  | 'search-too-slow'
  /** Too many requests; detail: retryAfterSeconds. */
  | 'rate-limited'
  /** A bug in Tailrace: a state that cannot occur, or an error that nothing expects. The server's log has the cause. */
  | 'internal'
  /** Stored bytes fail their checksum, or are gone. */
  | 'log-damaged'
  /** Disk, database or object store fail or are full just now; the same request may succeed later. */
  | 'store-unavailable'
  /** The external IAM does not answer, or not as it should; the same request may succeed later. Detail: retryAfterSeconds. */
  | 'iam-unavailable'

export interface ErrorDetail {
  readonly head?: number
  readonly sha256?: string
  readonly retryAfterSeconds?: number
  /** Of damage: the frame that cannot be read, for the server's own log. */
  readonly frame?: {
    readonly log: number
    readonly at: number
    readonly end: number
    readonly pack: string
    readonly position: number
  }
}

/** The one error class of the domain: a documented code, a message for the caller, and figures where a caller can act on them. */
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

/** True for a TailraceError, of `code` where one is given. */
export function isTailraceError(error: unknown, code?: ErrorCode): error is TailraceError {
  return error instanceof TailraceError && (code === undefined || error.code === code)
}
