import { TailraceError } from '../contract/errors.ts'
import type { Role } from '../contract/roles.ts'
import { assertAdmin, notAllowed, type Principal } from '../core/access/principal.ts'
import type { CredentialStores, User, UserId } from '../core/ports/credentials.ts'
import { requireName, requirePassword } from './names.ts'
import { newId } from './new-credentials.ts'
import type { RequestRate } from './request-rate.ts'
import type { PasswordHasher } from './secrets/password-hasher.ts'

/** A user as one project sees them. */
export interface ProjectUser {
  readonly id: UserId
  readonly name: string
  /** In this project. */
  readonly roles: ReadonlySet<Role>
}

/** A user after a change. */
export interface ChangedUser extends ProjectUser {
  /**
   * Set when the user left their last project and was deleted: how many access keys ended with
   * them.
   */
  readonly endedKeys?: number
}

export interface NewUser {
  readonly name: string
  readonly password: string
  readonly roles: ReadonlySet<Role>
}

/** Only what is given changes. */
export interface UserChange {
  readonly password?: string | undefined
  /** With it, users may change their own password. */
  readonly oldPassword?: string | undefined
  /** All roles in the caller's project; an empty set removes the user from it. */
  readonly roles?: ReadonlySet<Role> | undefined
}

/**
 * Users as the admin of one project may handle them. An admin's reach ends at the project: they set
 * roles in it only, and cannot change the password or the account of a user who also belongs to
 * another project. A user who leaves their last project is deleted, so that no account is left for
 * others to adopt.
 */
export interface UserAdministration {
  /** The members of the caller's project. */
  listUsers(who: Principal): Promise<readonly ProjectUser[]>

  /**
   * Makes a user in the caller's project. Rejects with `already-exists` when the name exists in
   * the domain.
   */
  createUser(who: Principal, draft: NewUser): Promise<ProjectUser>

  /**
   * Sets password or roles, or grants roles in the caller's project to a user of another one in the
   * domain.
   */
  changeUser(who: Principal, name: string, change: UserChange): Promise<ChangedUser>

  deleteUser(who: Principal, name: string): Promise<void>
}

export interface UserAdministrationPorts {
  readonly stores: CredentialStores
  readonly passwords: PasswordHasher
  /** Limits attempts at old passwords, by user. */
  readonly passwordRate: RequestRate
}

export function createUserAdministration(ports: UserAdministrationPorts): UserAdministration {
  const { stores, passwords } = ports
  return {
    async listUsers(who) {
      assertAdmin(who)
      const members = await stores.membersOf(who.projectId)
      return members.map(({ user, roles }) => ({ id: user.id, name: user.name, roles }))
    },

    async createUser(who, { name, password, roles }) {
      assertAdmin(who)
      requireName(name, 'name')
      requirePassword(password, 'password')
      if (roles.size === 0) throw invalid('roles must have at least one of reader, runner and admin.')
      const domain = await domainOf(stores, who)
      const user = {
        id: newId(),
        name,
        domain,
        passwordHash: await passwords.hash(password),
        passwordVersion: 1,
      }
      await stores.createUser(user, who.projectId, roles)
      return { id: user.id, name, roles }
    },

    async changeUser(who, name, change) {
      if (who.onlyRecord !== undefined) throw notAllowed()
      if (name === who.userName && change.oldPassword !== undefined)
        return changeOwnPassword(ports, who, change)
      assertAdmin(who)
      if (change.password === undefined && change.roles === undefined)
        throw invalid('password or roles must be given.')
      const user = await requireUser(stores, who, name)
      if (change.password !== undefined) await resetPassword(ports, who, user, change.password)
      const ended = change.roles === undefined ? {} : await changeRoles(stores, who, user, change.roles)
      return { id: user.id, name, roles: await stores.rolesOf(user.id, who.projectId), ...ended }
    },

    async deleteUser(who, name) {
      assertAdmin(who)
      const user = await requireUser(stores, who, name)
      await requireMember(stores, who, user)
      if (user.id === who.userId) throw forbidden('You cannot delete your own user: ask another admin.')
      if (!(await stores.deleteUser(user.id, who.projectId))) throw belongsElsewhere(name)
    },
  }
}

async function changeOwnPassword(
  { stores, passwords, passwordRate }: UserAdministrationPorts,
  who: Principal,
  { password, oldPassword, roles }: UserChange,
): Promise<ProjectUser> {
  if (password === undefined || roles !== undefined)
    throw invalid('old_password goes with password, and with nothing else.')
  requirePassword(password, 'password')
  passwordRate.take(who.userId)
  const user = await stores.findUser({ id: who.userId })
  if (!(await passwords.verify(oldPassword ?? '', user?.passwordHash)))
    throw forbidden('The old password is wrong.')
  await stores.setPassword(who.userId, await passwords.hash(password))
  return { id: who.userId, name: who.userName, roles: who.roles }
}

async function resetPassword(
  { stores, passwords }: UserAdministrationPorts,
  who: Principal,
  user: User,
  password: string,
): Promise<void> {
  requirePassword(password, 'password')
  await requireMember(stores, who, user)
  if (!(await stores.setPassword(user.id, await passwords.hash(password), who.projectId)))
    throw belongsElsewhere(user.name)
}

/** The caller stays an admin, so a project never loses its last one. */
async function changeRoles(
  stores: CredentialStores,
  who: Principal,
  user: User,
  roles: ReadonlySet<Role>,
): Promise<Pick<ChangedUser, 'endedKeys'>> {
  if (user.id === who.userId && !roles.has('admin'))
    throw forbidden('You cannot remove your own admin role: ask another admin.')
  if (roles.size > 0) {
    await stores.setRoles(user.id, who.projectId, roles)
    return {}
  }
  await requireMember(stores, who, user)
  const keys = await stores.listKeys(who.projectId, user.id)
  if (await stores.deleteUser(user.id, who.projectId)) return { endedKeys: keys.length }
  await stores.setRoles(user.id, who.projectId, roles)
  return {}
}

async function requireUser(stores: CredentialStores, who: Principal, name: string): Promise<User> {
  const user = await stores.findUser({ domainId: (await domainOf(stores, who)).id, name })
  if (user === undefined) throw noSuchUser(name)
  return user
}

/** Users of other projects do not exist for a caller, except to grant them roles. */
async function requireMember(stores: CredentialStores, who: Principal, user: User): Promise<void> {
  if ((await stores.rolesOf(user.id, who.projectId)).size === 0) throw noSuchUser(user.name)
}

async function domainOf(stores: CredentialStores, who: Principal) {
  const project = await stores.findProject({ id: who.projectId })
  if (project === undefined) throw notAllowed()
  return project.domain
}

function noSuchUser(name: string): TailraceError {
  return new TailraceError('not-found', `There is no user ${JSON.stringify(name)}.`)
}

function belongsElsewhere(name: string): TailraceError {
  return forbidden(
    `${JSON.stringify(name)} also belongs to another project: only their roles in this project can be changed.`,
  )
}

function forbidden(message: string): TailraceError {
  return new TailraceError('not-allowed', message)
}

function invalid(message: string): TailraceError {
  return new TailraceError('invalid-parameter', message)
}
