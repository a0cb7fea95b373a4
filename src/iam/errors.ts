import { TailraceError } from '../contract/errors.ts'
import type { EpochMs } from '../contract/quantities.ts'
import { keystoneTime } from './token-text.ts'

/**
 * 401 in the gateway's words. `reason` is one of the gateway's own suffixes where it has one for
 * the case.
 */
export function notAuthenticated(reason: string): TailraceError {
  return new TailraceError('not-authenticated', `Incorrect IAM authentication information: ${reason}`)
}

/** Throws `not-authenticated` for a token that has expired. */
export function requireUnexpired(expiresAtMs: EpochMs, nowMs: EpochMs): void {
  if (expiresAtMs <= nowMs) throw notAuthenticated(`token expires, expires_at:${keystoneTime(expiresAtMs)}`)
}

/** A user who may belong to an external IAM. */
interface PossiblyExternal {
  readonly iamUrl?: string | undefined
}

/** The answer to a user of an external IAM who wants to change here what is managed there. */
export function managedElsewhere({ iamUrl }: PossiblyExternal): TailraceError {
  return new TailraceError(
    'not-allowed',
    `The token comes from the IAM at ${iamUrl}: what it stands for, its projects, users and keys, is managed there.`,
  )
}

/** Throws `not-allowed` for everyone but this server's own users. */
export function requireOwnUser(who: PossiblyExternal): void {
  if (who.iamUrl !== undefined) throw managedElsewhere(who)
}
