import type { AccessKey, Project, Token, User } from '../../../core/ports/credentials.ts'
import type { AccessKeyRow, ProjectRow, TokenRow, UserRow } from './credential-tables.ts'
import { roleBits, rolesOfBits } from './role-bits.ts'

/** Converts rows of the credential tables to what the ports use, and back. */

export function projectOf(row: ProjectRow & { domain_name: string }): Project {
  return { id: row.id, name: row.name, domain: { id: row.domain_id, name: row.domain_name } }
}

export function userOf(row: UserRow & { domain_name: string }): User {
  return {
    id: row.id,
    name: row.name,
    domain: { id: row.domain_id, name: row.domain_name },
    passwordHash: row.password_hash,
    passwordVersion: row.password_version,
  }
}

export function userRow(user: User): UserRow {
  return {
    id: user.id,
    domain_id: user.domain.id,
    name: user.name,
    password_hash: user.passwordHash,
    password_version: user.passwordVersion,
  }
}

export function tokenOf(row: TokenRow): Token {
  return {
    sha256: row.sha256,
    userId: row.user_id,
    ...(row.parent_sha256 === null ? {} : { parentSha256: row.parent_sha256 }),
    scope: row.project_id !== null ? { projectId: row.project_id } : { domainId: row.domain_id! },
    methods: row.methods.split(','),
    roles: rolesOfBits(row.roles),
    passwordVersion: row.password_version,
    issuedAtMs: row.issued_at_ms,
    expiresAtMs: row.expires_at_ms,
  }
}

export function tokenRow(token: Token): TokenRow {
  return {
    sha256: token.sha256,
    user_id: token.userId,
    parent_sha256: token.parentSha256 ?? null,
    project_id: 'projectId' in token.scope ? token.scope.projectId : null,
    domain_id: 'domainId' in token.scope ? token.scope.domainId : null,
    methods: token.methods.join(','),
    roles: roleBits(token.roles),
    password_version: token.passwordVersion,
    issued_at_ms: token.issuedAtMs,
    expires_at_ms: token.expiresAtMs,
  }
}

export function accessKeyOf(row: AccessKeyRow): AccessKey {
  return {
    accessKey: row.access_key,
    sealedSecretKey: row.sealed_secret_key,
    userId: row.user_id,
    projectId: row.project_id,
    createdAtMs: row.created_at_ms,
  }
}

export function accessKeyRow(key: AccessKey): AccessKeyRow {
  return {
    access_key: key.accessKey,
    sealed_secret_key: key.sealedSecretKey,
    user_id: key.userId,
    project_id: key.projectId,
    created_at_ms: key.createdAtMs,
  }
}
