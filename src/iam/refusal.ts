import { TailraceError } from '../contract/errors.ts'

/** 401 in the gateway's words: `reason` is one of its suffixes where it has one for the case. */
export function notAuthenticated(reason: string): TailraceError {
  return new TailraceError('not-authenticated', `Incorrect IAM authentication information: ${reason}`)
}
