import { TailraceError } from '../../../contract/errors.ts'
import { damaged } from '../../pack/damaged.ts'

/** The domain's error for one of the file system: a file that is not there is `log-damaged`, all else may pass: `store-unavailable`. */
export function readFailure(cause: unknown, pack: string): TailraceError {
  if (cause instanceof TailraceError) return cause
  if (isMissing(cause)) return damaged(`pack ${pack} is gone`, { cause })
  return unavailable(`pack ${pack} cannot be read`, cause)
}

/** `store-unavailable`, with the system's error code in the message. */
export function unavailable(what: string, cause?: unknown): TailraceError {
  if (cause instanceof TailraceError) return cause
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  return new TailraceError('store-unavailable', `${what}${code}`, {}, { cause })
}

/** True for "no such file". */
export function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}
