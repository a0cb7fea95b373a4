import { systemErrorCode } from '../../../contract/caught.ts'
import { TailraceError } from '../../../contract/errors.ts'
import { damaged } from '../../pack/damaged.ts'

/**
 * Turns an error of the file system into the domain's: a missing file is `log-damaged`, anything
 * else may pass and is `store-unavailable`.
 */
export function readFailure(cause: unknown, pack: string): TailraceError {
  if (cause instanceof TailraceError) return cause
  if (isMissing(cause)) return damaged(`pack ${pack} is gone`, { cause })
  return unavailable(`pack ${pack} cannot be read`, cause)
}

/** `store-unavailable`, with the system's error code in the message. */
export function unavailable(what: string, cause?: unknown): TailraceError {
  if (cause instanceof TailraceError) return cause
  const code = systemErrorCode(cause)
  const text = code === undefined ? what : `${what} (${code})`
  return new TailraceError('store-unavailable', text, {}, { cause })
}

/** Returns true for "no such file". */
export function isMissing(cause: unknown): boolean {
  return systemErrorCode(cause) === 'ENOENT'
}
