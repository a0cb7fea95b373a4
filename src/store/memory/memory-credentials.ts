import { TailraceError } from '../../contract/errors.ts'
import type { ProjectId } from '../../contract/ids.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { Role } from '../../contract/roles.ts'
import type {
  AccessKey,
  CredentialStores,
  Domain,
  FirstTenant,
  Member,
  Membership,
  NamedIn,
  Project,
  Token,
  User,
  UserId,
} from '../../core/ports/credentials.ts'

const NO_ROLES: ReadonlySet<Role> = new Set()
const ALL_ROLES: ReadonlySet<Role> = new Set<Role>(['reader', 'runner', 'admin'])

/** Implements Credentials in memory, for tests. */
export class MemoryCredentials implements CredentialStores {
  readonly #domains = new Map<string, Domain>()
  readonly #projects = new Map<ProjectId, Project>()
  readonly #users = new Map<UserId, User>()
  readonly #roles = new Map<ProjectId, Map<UserId, ReadonlySet<Role>>>()
  readonly #tokens = new Map<string, Token>()
  readonly #keys = new Map<string, AccessKey>()

  async establish({ project, admin, key }: FirstTenant): Promise<boolean> {
    if (this.#domains.size > 0) return false
    this.#domains.set(project.domain.id, project.domain)
    this.#users.set(admin.id, admin)
    this.#addProject(project, admin.id)
    this.#keys.set(key.accessKey, key)
    return true
  }

  async isEmpty(): Promise<boolean> {
    return this.#domains.size === 0
  }

  async findDomain(by: { readonly id: string } | { readonly name: string }): Promise<Domain | undefined> {
    if ('id' in by) return this.#domains.get(by.id)
    return [...this.#domains.values()].find(domain => domain.name === by.name)
  }

  async soleDomain(): Promise<Domain | undefined> {
    return this.#domains.size === 1 ? this.#domains.values().next().value : undefined
  }

  async findProject(by: NamedIn): Promise<Project | undefined> {
    return find(this.#projects, by)
  }

  async createProject(project: Project, admin: UserId): Promise<void> {
    refuseTaken(this.#projects, project)
    this.#addProject(project, admin)
  }

  async findUser(by: NamedIn): Promise<User | undefined> {
    return find(this.#users, by)
  }

  async createUser(user: User, project: ProjectId, roles: ReadonlySet<Role>): Promise<void> {
    refuseTaken(this.#users, user)
    this.#users.set(user.id, user)
    this.#rolesIn(project).set(user.id, new Set(roles))
  }

  async setPassword(user: UserId, passwordHash: string, onlyMemberOf?: ProjectId): Promise<boolean> {
    const found = this.#users.get(user)
    if (found === undefined || (onlyMemberOf !== undefined && this.#isMemberBeside(user, onlyMemberOf)))
      return false
    this.#users.set(user, { ...found, passwordHash, passwordVersion: found.passwordVersion + 1 })
    return true
  }

  async deleteUser(user: UserId, onlyMemberOf: ProjectId): Promise<boolean> {
    if (this.#isMemberBeside(user, onlyMemberOf) || !this.#users.delete(user)) return false
    for (const members of this.#roles.values()) members.delete(user)
    this.#removeTokens(token => token.userId === user)
    removeWhere(this.#keys, key => key.userId === user)
    return true
  }

  async rolesOf(user: UserId, project: ProjectId): Promise<ReadonlySet<Role>> {
    return this.#roles.get(project)?.get(user) ?? NO_ROLES
  }

  async membershipsOf(user: UserId): Promise<readonly Membership[]> {
    return [...this.#projects.values()]
      .map(project => ({ project, roles: this.#roles.get(project.id)?.get(user) ?? NO_ROLES }))
      .filter(({ roles }) => roles.size > 0)
      .sort((a, b) => compare(a.project.name, b.project.name))
  }

  async membersOf(project: ProjectId): Promise<readonly Member[]> {
    return [...this.#rolesIn(project)]
      .map(([id, roles]) => ({ user: this.#users.get(id)!, roles }))
      .filter(({ roles }) => roles.size > 0)
      .sort((a, b) => compare(a.user.name, b.user.name))
  }

  async setRoles(user: UserId, project: ProjectId, roles: ReadonlySet<Role>): Promise<void> {
    const before = await this.rolesOf(user, project)
    this.#rolesIn(project).set(user, new Set(roles))
    const isThis = (of: { userId: UserId }, scope: object) =>
      of.userId === user && 'projectId' in scope && scope.projectId === project
    if (!sameRoles(before, roles)) this.#removeTokens(token => isThis(token, token.scope))
    if (roles.size === 0) removeWhere(this.#keys, key => isThis(key, key))
  }

  async addToken(token: Token): Promise<void> {
    if (token.parentSha256 === undefined || this.#tokens.has(token.parentSha256))
      this.#tokens.set(token.sha256, token)
  }

  async findToken(sha256: string): Promise<Token | undefined> {
    const token = this.#tokens.get(sha256)
    if (token === undefined) return undefined
    if (this.#users.get(token.userId)?.passwordVersion !== token.passwordVersion) return undefined
    if ('domainId' in token.scope) return token
    const roles = await this.rolesOf(token.userId, token.scope.projectId)
    return sameRoles(roles, token.roles) ? token : undefined
  }

  async revokeToken(sha256: string): Promise<boolean> {
    const wasThere = this.#tokens.has(sha256)
    this.#removeTokens(token => token.sha256 === sha256)
    return wasThere
  }

  async purgeTokens(expiredBeforeMs: EpochMs): Promise<void> {
    this.#removeTokens(token => token.expiresAtMs < expiredBeforeMs)
  }

  async addKey(key: AccessKey): Promise<void> {
    if (this.#keys.has(key.accessKey))
      throw new TailraceError('already-exists', `The access key ${key.accessKey} is taken.`)
    this.#keys.set(key.accessKey, key)
  }

  async findKey(accessKey: string): Promise<AccessKey | undefined> {
    return this.#keys.get(accessKey)
  }

  async listKeys(project: ProjectId, user?: UserId): Promise<readonly AccessKey[]> {
    return [...this.#keys.values()]
      .filter(key => key.projectId === project && (user === undefined || key.userId === user))
      .sort((a, b) => a.createdAtMs - b.createdAtMs || compare(a.accessKey, b.accessKey))
  }

  async removeKey(project: ProjectId, accessKey: string, user?: UserId): Promise<boolean> {
    const key = this.#keys.get(accessKey)
    if (key?.projectId !== project || (user !== undefined && key.userId !== user)) return false
    return this.#keys.delete(accessKey)
  }

  async resealKeys(reseal: (key: AccessKey) => string): Promise<number> {
    const resealed = [...this.#keys.values()].map(key => ({ ...key, sealedSecretKey: reseal(key) }))
    for (const key of resealed) this.#keys.set(key.accessKey, key)
    return resealed.length
  }

  async anyKey(): Promise<AccessKey | undefined> {
    return this.#keys.values().next().value
  }

  #removeTokens(condition: (token: Token) => boolean): void {
    const before = this.#tokens.size
    removeWhere(this.#tokens, condition)
    if (this.#tokens.size === before) return
    this.#removeTokens(({ parentSha256 }) => parentSha256 !== undefined && !this.#tokens.has(parentSha256))
  }

  #addProject(project: Project, admin: UserId): void {
    this.#projects.set(project.id, project)
    this.#rolesIn(project.id).set(admin, ALL_ROLES)
  }

  #rolesIn(project: ProjectId): Map<UserId, ReadonlySet<Role>> {
    const known = this.#roles.get(project) ?? new Map<UserId, ReadonlySet<Role>>()
    this.#roles.set(project, known)
    return known
  }

  #isMemberBeside(user: UserId, project: ProjectId): boolean {
    return [...this.#roles].some(([id, members]) => id !== project && (members.get(user)?.size ?? 0) > 0)
  }
}

type Named = { readonly id: string; readonly name: string; readonly domain: Domain }

function find<T extends Named>(all: ReadonlyMap<string, T>, by: NamedIn): T | undefined {
  if ('id' in by) return all.get(by.id)
  return [...all.values()].find(one => one.domain.id === by.domainId && one.name === by.name)
}

function refuseTaken(all: ReadonlyMap<string, Named>, { id, name, domain }: Named): void {
  if (all.has(id) || find(all, { domainId: domain.id, name }) !== undefined)
    throw new TailraceError('already-exists', `The name ${JSON.stringify(name)} is taken.`)
}

function removeWhere<K, V>(map: Map<K, V>, condition: (value: V) => boolean): void {
  for (const [key, value] of map) if (condition(value)) map.delete(key)
}

function sameRoles(a: ReadonlySet<Role>, b: ReadonlySet<Role>): boolean {
  return a.size === b.size && [...a].every(role => b.has(role))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
