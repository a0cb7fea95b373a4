import { systemErrorCode } from '../contract/caught.ts'
import { isTailraceError } from '../contract/errors.ts'

/**
 * No answer came from the server: it is down or too slow, or the connection broke. Whether it
 * processed the request is unknown.
 */
export class ServerUnreachable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ServerUnreachable'
  }
}

/** True when the same request may succeed later: no answer came, or the server could not answer. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof ServerUnreachable ||
    isTailraceError(error, 'store-unavailable') ||
    isRateLimited(error) ||
    isTailraceError(error, 'internal')
  )
}

/** True when the server rejected the request for its rate, before it processed it. */
export function isRateLimited(error: unknown): boolean {
  return isTailraceError(error, 'rate-limited')
}

/** Node's codes for a TLS connection to a server that speaks plain HTTP. */
const NO_TLS: readonly string[] = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']

/**
 * The error for a failed fetch. The reason is in its cause; in some runtimes, in the cause's
 * errors.
 */
export function unreachable(url: URL, thrown: unknown): ServerUnreachable {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  if (NO_TLS.includes(systemErrorCode(cause) ?? ''))
    return new ServerUnreachable(
      `the server at ${url.origin} does not speak TLS; is its address http://${url.host}?`,
      { cause: thrown },
    )
  return new ServerUnreachable(`${url.origin} cannot be reached: ${reasonOf(thrown)}`, { cause: thrown })
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  if (thrown.name === 'TimeoutError') return 'no answer in time'
  const cause = thrown.cause
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message
  return cause instanceof Error ? cause.message : thrown.message
}
