import { TailraceError } from '../../contract/errors.ts'

/** The error for stored bytes that differ from what was written: `log-damaged`. */
export function damaged(message: string, options?: ErrorOptions): TailraceError {
  return new TailraceError('log-damaged', message, {}, options)
}
