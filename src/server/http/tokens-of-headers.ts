import type { IncomingHttpHeaders } from 'node:http'
import { TailraceError } from '../../contract/errors.ts'

/** The caller's own token, where it came, and the one that the request is about. Rejects with `invalid-parameter` when that is missing. */
export function tokensOfHeaders(headers: IncomingHttpHeaders): {
  readonly own: string | undefined
  readonly subject: string
} {
  const subject = headers['x-subject-token']
  const own = headers['x-auth-token']
  if (typeof subject !== 'string' || subject === '')
    throw new TailraceError('invalid-parameter', 'X-Subject-Token is missing.')
  return { own: typeof own === 'string' && own !== '' ? own : undefined, subject }
}
