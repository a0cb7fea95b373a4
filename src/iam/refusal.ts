import { TailraceError } from '../contract/errors.ts'
import type { EpochMs } from '../contract/quantities.ts'
import { keystoneTime } from './token-text.ts'

/** 401 in the gateway's words: `reason` is one of its suffixes where it has one for the case. */
export function notAuthenticated(reason: string): TailraceError {
  return new TailraceError('not-authenticated', `Incorrect IAM authentication information: ${reason}`)
}

/** Rejects with `not-authenticated` a token whose time is over. */
export function requireUnexpired(expiresAtMs: EpochMs, nowMs: EpochMs): void {
  if (expiresAtMs <= nowMs) throw notAuthenticated(`token expires, expires_at:${keystoneTime(expiresAtMs)}`)
}

/** Somebody who may be a user of an external IAM. */
interface Vouched {
  readonly iamUrl?: string | undefined
}

/** The one answer to a user of an external IAM who wants changed here what is kept there. */
export function managedElsewhere({ iamUrl }: Vouched): TailraceError {
  return new TailraceError(
    'not-allowed',
    `The token comes from the IAM at ${iamUrl}: what it stands for, its projects, users and keys, is managed there.`,
  )
}

/** Rejects with `not-allowed` all but this server's own users. */
export function requireOwnUser(who: Vouched): void {
  if (who.iamUrl !== undefined) throw managedElsewhere(who)
}
