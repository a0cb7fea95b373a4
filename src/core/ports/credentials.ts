import type { ProjectId } from '../../contract/ids.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { Role } from '../../contract/roles.ts'

/** 32 hexadecimal digits. */
export type DomainId = string
/** 32 hexadecimal digits. */
export type UserId = string

/** Owns users and projects. Their names are unique within the domain. */
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
  /** Includes the algorithm, its parameters and the salt. */
  readonly passwordHash: string
  /** Grows by one with each change of the password. */
  readonly passwordVersion: number
}

/** A user or project by its id, or by its name in a domain. */
export type NamedIn = { readonly id: string } | { readonly domainId: DomainId; readonly name: string }

/** An access key as it is stored, with a sealed secret key. */
export interface AccessKey {
  readonly accessKey: string
  readonly sealedSecretKey: string
  readonly userId: UserId
  readonly projectId: ProjectId
  readonly createdAtMs: EpochMs
}

/** What a new installation starts with. */
export interface FirstTenant {
  readonly project: Project
  /** Becomes reader, runner and admin of the project. */
  readonly admin: User
  readonly key: AccessKey
}

/** What a token may be used for: one project, or a whole domain, which the log API rejects. */
export type TokenScope = { readonly projectId: ProjectId } | { readonly domainId: DomainId }

/** A token as it is stored: only its hash, never its text. */
export interface Token {
  /** SHA-256 of the token's text, 64 hexadecimal digits in lower case. */
  readonly sha256: string
  readonly userId: UserId
  /** The token that this one was re-scoped from, and with which it ends. */
  readonly parentSha256?: string
  readonly scope: TokenScope
  /** How the user authenticated, such as `password`. */
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

/** Domains and projects. Here and in the following stores, what a method resolved to is durable. */
export interface TenantStore {
  /**
   * Stores domain, project, admin, membership and key, all or nothing. Resolves to false, and
   * stores nothing, if any domain exists.
   */
  establish(first: FirstTenant): Promise<boolean>

  /** True until `establish` has stored something. */
  isEmpty(): Promise<boolean>

  findDomain(by: { readonly id: DomainId } | { readonly name: string }): Promise<Domain | undefined>

  /**
   * The only domain of an installation, which need not be named then; undefined if there is none or
   * more than one.
   */
  soleDomain(): Promise<Domain | undefined>

  findProject(by: NamedIn): Promise<Project | undefined>

  /**
   * Stores a project in an existing domain, with an existing user as its reader, runner and admin,
   * all or nothing. Rejects with `already-exists` if its id or name exists.
   */
  createProject(project: Project, admin: UserId): Promise<void>
}

/** Users of existing domains. The case of names matters. */
export interface UserStore {
  findUser(by: NamedIn): Promise<User | undefined>

  /**
   * Stores a user and their roles in one existing project, all or nothing. Rejects with
   * `already-exists` if the id or name exists.
   */
  createUser(user: User, project: ProjectId, roles: ReadonlySet<Role>): Promise<void>

  /**
   * Replaces the password: its version grows by one, and the user's tokens are no longer found.
   * Resolves to false, and changes nothing, for an unknown user, or with `onlyMemberOf` if the user
   * has roles in any other project.
   */
  setPassword(user: UserId, passwordHash: string, onlyMemberOf?: ProjectId): Promise<boolean>

  /**
   * Removes a user with their roles, tokens and keys. Resolves to false, and removes nothing, for
   * an unknown user or one with roles in any project but `onlyMemberOf`.
   */
  deleteUser(user: UserId, onlyMemberOf: ProjectId): Promise<boolean>
}

/** The roles of users in projects. A user without roles in a project is not a member of it. */
export interface MemberStore {
  /** Empty for a user who is not a member. */
  rolesOf(user: UserId, project: ProjectId): Promise<ReadonlySet<Role>>

  /** A user's projects, in order of project names. */
  membershipsOf(user: UserId): Promise<readonly Membership[]>

  /** A project's users, in order of user names. */
  membersOf(project: ProjectId): Promise<readonly Member[]>

  /**
   * Replaces the roles of an existing user in an existing project. If they differ from the previous
   * ones, the user's tokens for this project are no longer found. An empty set also removes the
   * user's keys for it.
   */
  setRoles(user: UserId, project: ProjectId, roles: ReadonlySet<Role>): Promise<void>
}

/** Tokens by the hash of their text. */
export interface TokenStore {
  /** Stores a token of an existing user, unless its parent is gone. */
  addToken(token: Token): Promise<void>

  /**
   * The token, expired or not. Undefined if it was never stored, if it or its parent was revoked or
   * purged, or if the user, their password or their roles in its project changed since the token
   * was made, even while it was being made.
   */
  findToken(sha256: string): Promise<Token | undefined>

  /** Removes a token and all tokens re-scoped from it. Resolves to whether it existed. */
  revokeToken(sha256: string): Promise<boolean>

  /** Removes all tokens that expire before `expiredBeforeMs`. */
  purgeTokens(expiredBeforeMs: EpochMs): Promise<void>
}

/** Access keys. Each always belongs to the same user and project. */
export interface KeyStore {
  /**
   * Stores a key of an existing user for an existing project. Rejects with `already-exists` if the
   * access key exists.
   */
  addKey(key: AccessKey): Promise<void>

  findKey(accessKey: string): Promise<AccessKey | undefined>

  /** The keys of a project, or of one of its users, oldest first. */
  listKeys(project: ProjectId, user?: UserId): Promise<readonly AccessKey[]>

  /**
   * Removes a key of this project, and of this user if one is given. Resolves to whether it did.
   */
  removeKey(project: ProjectId, accessKey: string, user?: UserId): Promise<boolean>

  /**
   * Replaces the sealed secret key of every key by the result of `reseal`, all or nothing. Rejects
   * with the `TailraceError` that `reseal` throws. Resolves to the number of keys.
   */
  resealKeys(reseal: (key: AccessKey) => string): Promise<number>

  /**
   * Any one key; undefined if there is none. It shows whether a secret is the one that sealed the
   * keys.
   */
  anyKey(): Promise<AccessKey | undefined>
}

/** Everything that authentication needs. The parts see each other's changes at once. */
export interface CredentialStores extends TenantStore, UserStore, MemberStore, TokenStore, KeyStore {}
