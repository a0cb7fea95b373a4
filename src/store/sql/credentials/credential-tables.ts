import type { ProjectId } from '../../../contract/ids.ts'
import type { EpochMs } from '../../../contract/quantities.ts'
import type { DomainId, UserId } from '../../../core/ports/credentials.ts'

/**
 * The tables of users, keys and tokens. They hold no password, token or secret key in plain text.
 */
export interface CredentialTables {
  domains: DomainRow
  projects: ProjectRow
  users: UserRow
  members: MemberRow
  tokens: TokenRow
  access_keys: AccessKeyRow
}

export interface DomainRow {
  id: DomainId
  name: string
}

export interface ProjectRow {
  id: ProjectId
  domain_id: DomainId
  name: string
}

export interface UserRow {
  id: UserId
  domain_id: DomainId
  name: string
  password_hash: string
  password_version: number
}

export interface MemberRow {
  user_id: UserId
  project_id: ProjectId
  /** A set of role bits; never 0. */
  roles: number
}

export interface TokenRow {
  /** SHA-256 of the token's text, 64 hexadecimal digits. */
  sha256: string
  user_id: UserId
  /** The token that this one was made from, and is deleted with. */
  parent_sha256: string | null
  /** Exactly one of project and domain is set. */
  project_id: ProjectId | null
  domain_id: DomainId | null
  /** Words separated by commas. */
  methods: string
  /** A set of role bits. */
  roles: number
  password_version: number
  issued_at_ms: EpochMs
  expires_at_ms: EpochMs
}

export interface AccessKeyRow {
  access_key: string
  sealed_secret_key: string
  user_id: UserId
  project_id: ProjectId
  created_at_ms: EpochMs
}
