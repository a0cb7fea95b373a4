import type { ProjectId } from '../../contract/ids.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { Role } from '../../contract/roles.ts'

/** 32 hexadecimal digits. */
export type DomainId = string
/** 32 hexadecimal digits. */
export type UserId = string

/** Owns users and projects; names of either are unique in it. */
export interface Domain {
  readonly id: DomainId
  readonly name: string
}

export interface Project {
  readonly id: ProjectId
  readonly name: string
  readonly domain: Domain
}

export interface User {
  readonly id: UserId
  readonly name: string
  readonly domain: Domain
  /** Names algorithm, parameters and salt as well. */
  readonly passwordHash: string
  /** Grows by one with each change of the password. */
  readonly passwordVersion: number
}

/** A user or project by its id, or by its name in a domain. */
export type NamedIn = { readonly id: string } | { readonly domainId: DomainId; readonly name: string }

/** An access key as it is stored: the secret key only sealed. */
export interface AccessKey {
  readonly accessKey: string
  readonly sealedSecretKey: string
  readonly userId: UserId
  readonly projectId: ProjectId
  readonly createdAtMs: EpochMs
}

/** What a new installation begins with. */
export interface FirstTenant {
  readonly project: Project
  /** Becomes reader, runner and admin of the project. */
  readonly admin: User
  readonly key: AccessKey
}

/** What a token may be used for: one project, or a domain as a whole (which the log API refuses). */
export type TokenScope = { readonly projectId: ProjectId } | { readonly domainId: DomainId }

/** A token as it is stored: its text is nowhere, only its hash. */
export interface Token {
  /** SHA-256 of the token's text, 64 hexadecimal digits in lower case. */
  readonly sha256: string
  readonly userId: UserId
  /** The token that this one was re-scoped from, and with which it ends. */
  readonly parentSha256?: string
  readonly scope: TokenScope
  /** How the user proved who he is, e.g. `password`. */
  readonly methods: readonly string[]
  /** The user's roles in the project when the token was made; empty for a domain scope. */
  readonly roles: ReadonlySet<Role>
  /** The version of the password when the token was made. */
  readonly passwordVersion: number
  readonly issuedAtMs: EpochMs
  readonly expiresAtMs: EpochMs
}

export interface Membership {
  readonly project: Project
  readonly roles: ReadonlySet<Role>
}

export interface Member {
  readonly user: User
  readonly roles: ReadonlySet<Role>
}

/** Domains and projects. What a method resolved to is durable, here and in the stores below. */
export interface TenantStore {
  /** Stores domain, project, admin, membership and key, all or nothing. Resolves to false, and stores nothing, when any domain exists. */
  establish(first: FirstTenant): Promise<boolean>

  /** True until something was established. */
  isEmpty(): Promise<boolean>

  findDomain(by: { readonly id: DomainId } | { readonly name: string }): Promise<Domain | undefined>

  /** The domain of an installation that has just one, which then need not be named; undefined with none or several. */
  soleDomain(): Promise<Domain | undefined>

  findProject(by: NamedIn): Promise<Project | undefined>

  /** Stores a project of an existing domain with an existing user as its reader, runner and admin, all or nothing. Rejects with `already-exists` when id or name is taken. */
  createProject(project: Project, admin: UserId): Promise<void>
}

/** Users of existing domains. Names differ when any character differs, case included. */
export interface UserStore {
  findUser(by: NamedIn): Promise<User | undefined>

  /** Stores a user and his roles in one existing project, all or nothing. Rejects with `already-exists` when id or name is taken. */
  createUser(user: User, project: ProjectId, roles: ReadonlySet<Role>): Promise<void>

  /**
   * Replaces the password: its version grows by one, and no token of the user is found any more. With `onlyMemberOf`, resolves to
   * false and changes nothing when the user has roles in any other project; also for an unknown user.
   */
  setPassword(user: UserId, passwordHash: string, onlyMemberOf?: ProjectId): Promise<boolean>

  /** Removes a user with his roles, tokens and keys. Resolves to false and removes nothing when he has roles in any project but `onlyMemberOf`; also for an unknown user. */
  deleteUser(user: UserId, onlyMemberOf: ProjectId): Promise<boolean>
}

/** Who may do what in which project. A user without roles in a project is no member of it. */
export interface MemberStore {
  /** Empty for no member. */
  rolesOf(user: UserId, project: ProjectId): Promise<ReadonlySet<Role>>

  /** In order of project names. */
  membershipsOf(user: UserId): Promise<readonly Membership[]>

  /** In order of user names. */
  membersOf(project: ProjectId): Promise<readonly Member[]>

  /**
   * Replaces the roles of an existing user in an existing project. When they differ from those before, no token of the user for this
   * project is found any more; an empty set also removes his keys for it.
   */
  setRoles(user: UserId, project: ProjectId, roles: ReadonlySet<Role>): Promise<void>
}

/** Tokens by the hash of their text. */
export interface TokenStore {
  /** Stores a token of an existing user; one whose parent is gone is not stored. */
  addToken(token: Token): Promise<void>

  /**
   * The token, expired or not; undefined when it was never there, was revoked or purged, its parent was, or when the user, his password or his roles in the
   * token's project are no longer those that it was made for, also if that changed while it was being made.
   */
  findToken(sha256: string): Promise<Token | undefined>

  /** Removes a token and all that were re-scoped from it; resolves to whether it was there. */
  revokeToken(sha256: string): Promise<boolean>

  /** Removes all tokens that expire before `expiredBeforeMs`. */
  purgeTokens(expiredBeforeMs: EpochMs): Promise<void>
}

/** Access keys. Each belongs to one user and one project for ever. */
export interface KeyStore {
  /** Stores a key of an existing user for an existing project. Rejects with `already-exists` when the access key is taken. */
  addKey(key: AccessKey): Promise<void>

  findKey(accessKey: string): Promise<AccessKey | undefined>

  /** The keys of a project, or only those of one user of it, oldest first. */
  listKeys(project: ProjectId, user?: UserId): Promise<readonly AccessKey[]>

  /** Removes a key of this project, and of this user where one is given; resolves to whether it did. */
  removeKey(project: ProjectId, accessKey: string, user?: UserId): Promise<boolean>

  /** Replaces every key's sealed secret key by what `reseal` makes of the key, all or nothing; when it throws a `TailraceError`, rejects with that. Resolves to the number of keys. */
  resealKeys(reseal: (key: AccessKey) => string): Promise<number>

  /** Any one key; undefined when there is none. Shows whether the secret that seals them is the right one. */
  anyKey(): Promise<AccessKey | undefined>
}

/** Everything that decides who asks. The parts see each other's changes at once. */
export interface CredentialStores extends TenantStore, UserStore, MemberStore, TokenStore, KeyStore {}
