import { TailraceError } from '../../contract/errors.ts'
import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { Role } from '../../contract/roles.ts'
import type { Seen } from '../ports/build-history.ts'

/** An authenticated caller and the project they act for. */
export interface Principal {
  readonly projectId: ProjectId
  readonly userId: string
  readonly userName: string
  /** Roles in this project. */
  readonly roles: ReadonlySet<Role>
  /** Set for the holder of an upload token, who may read and write this build and nothing else. */
  readonly onlyRecord?: RecordId
  /** Set for a user of an external IAM: its URL. */
  readonly iamUrl?: string
}

/** What access to a build depends on. */
interface OwnedBuild {
  readonly recordId: RecordId
  readonly creatorId: string
}

/** The one error for a missing right, whichever it is. */
export function notAllowed(): TailraceError {
  return new TailraceError('not-allowed', 'The IAM user is not authorized to access the API.')
}

/**
 * Throws `not-allowed` unless the caller has a role in the project. Holders of upload tokens have
 * none.
 */
export function assertMember(who: Principal): void {
  if (who.onlyRecord !== undefined || who.roles.size === 0) throw notAllowed()
}

/** Throws `not-allowed` if the caller can read no build at all. */
export function assertMayReadSome(who: Principal): void {
  if (who.onlyRecord === undefined && who.roles.size === 0) throw notAllowed()
}

/** Throws `not-allowed` unless the caller may read this build. */
export function assertMayRead(who: Principal, build: OwnedBuild): void {
  const may =
    who.onlyRecord === undefined ? readsAll(who) || isOwn(who, build) : who.onlyRecord === build.recordId
  if (!may) throw notAllowed()
}

/**
 * Which builds lists show to the caller (docs/api.md §6): all to readers and admins, their own to
 * runners, and one to the holder of an upload token. Throws `not-allowed` if the caller can read no
 * build.
 */
export function visibleBuilds(who: Principal): Seen {
  if (who.onlyRecord !== undefined) return { recordId: who.onlyRecord }
  if (readsAll(who)) return {}
  assertMayReadSome(who)
  return { creatorId: who.userId }
}

/** Throws `not-allowed` unless the caller may create builds. */
export function assertMayCreateBuild(who: Principal): void {
  if (who.onlyRecord !== undefined || !(who.roles.has('runner') || who.roles.has('admin'))) throw notAllowed()
}

/**
 * Throws `not-allowed` if the caller can write to no build, or holds an upload token of another
 * build.
 */
export function assertMayWriteSome(who: Principal, record: RecordId): void {
  const may =
    who.onlyRecord === undefined
      ? who.roles.has('runner') || who.roles.has('admin')
      : who.onlyRecord === record
  if (!may) throw notAllowed()
}

/** Throws `not-allowed` unless the caller may write to this build. */
export function assertMayWrite(who: Principal, build: OwnedBuild): void {
  const may =
    who.onlyRecord === undefined
      ? who.roles.has('admin') || isOwn(who, build)
      : who.onlyRecord === build.recordId
  if (!may) throw notAllowed()
}

/** Throws `not-allowed` unless the caller is an admin of the project. */
export function assertAdmin(who: Principal): void {
  if (who.onlyRecord !== undefined || !who.roles.has('admin')) throw notAllowed()
}

function readsAll(who: Principal): boolean {
  return who.roles.has('reader') || who.roles.has('admin')
}

function isOwn(who: Principal, build: OwnedBuild): boolean {
  return who.roles.has('runner') && who.userId === build.creatorId
}
