import type { ChangeUserAnswer } from '../../contract/operations/administration/change-user.ts'
import type { UserAnswer } from '../../contract/operations/administration/list-users.ts'
import { ROLES, type Role } from '../../contract/roles.ts'
import { type Command, UsageError } from '../command-line/command.ts'
import {
  type Action,
  CONNECTION_USAGE,
  columns,
  type Result,
  runAction,
} from '../connection/administration.ts'
import { readNewPassword } from '../terminal/read-new-password.ts'

const USAGE = `Usage: tailrace user list
       tailrace user create NAME [--roles ROLE,...]
       tailrace user roles NAME ROLE,...
       tailrace user remove NAME
       tailrace user password [NAME]
       tailrace user delete NAME

Users of your project. "roles" sets what a user may do in it, also for a user of another project; "remove" takes all
roles from him, and deletes his account with all its access keys if this was his last project; "delete" does so too, and refuses a user
who has another. "password" without NAME changes your own, and needs TAILRACE_USER and TAILRACE_PASSWORD.
Roles are reader (reads), runner (creates builds, writes and reads them) and admin (everything).

A new password is read from TAILRACE_NEW_PASSWORD, or from stdin.

  --roles ROLE,...    of the new user; reader by default
${CONNECTION_USAGE}  TAILRACE_NEW_PASSWORD
                      the password to set
`

const ACTIONS: Readonly<Record<string, Action>> = {
  list: {
    arguments: [],
    async run({ server }) {
      const users = await server.listUsers()
      const rows = users.map(({ id, name, roles }) => [name, id, roles.join(',')])
      return { json: users, text: columns([['NAME', 'ID', 'ROLES'], ...rows]) }
    },
  },
  create: {
    arguments: ['NAME'],
    options: ['roles'],
    async run({ server, args: [name = ''], options, io }) {
      const roles = options.roles === undefined ? undefined : rolesOf(options.roles)
      return described(await server.createUser({ name, password: await readNewPassword(io), roles }))
    },
  },
  roles: {
    arguments: ['NAME', 'ROLES'],
    async run({ server, args: [name = '', roles = ''] }) {
      return described(await server.changeUser(name, { roles: rolesOf(roles) }))
    },
  },
  remove: {
    arguments: ['NAME'],
    async run({ server, args: [name = ''] }) {
      return removed(await server.changeUser(name, { roles: [] }))
    },
  },
  password: {
    arguments: ['[NAME]'],
    async run({ server, args: [name], io }) {
      if (name !== undefined)
        return withPassword(await server.changeUser(name, { password: await readNewPassword(io) }))
      const { TAILRACE_USER: own, TAILRACE_PASSWORD: old_password } = io.env
      if (!own || !old_password)
        throw new UsageError(
          'set TAILRACE_USER and TAILRACE_PASSWORD to change your own password, or name a user',
        )
      return withPassword(await server.changeUser(own, { password: await readNewPassword(io), old_password }))
    },
  },
  delete: {
    arguments: ['NAME'],
    async run({ server, args: [name = ''] }) {
      await server.deleteUser(name)
      return { json: { name, deleted: true }, text: `User ${name} is deleted\n` }
    },
  },
}

function rolesOf(text: string): Role[] {
  return text.split(',').map(word => {
    const role = ROLES.find(known => known === word.trim())
    if (role === undefined) throw new UsageError(`"${word}" is no role: there are ${ROLES.join(', ')}`)
    return role
  })
}

function described(user: UserAnswer): Result {
  const may = user.roles.length === 0 ? 'has no role in this project' : `is ${user.roles.join(', ')}`
  return { json: user, text: `User ${user.name} ${may}\n` }
}

function removed(user: ChangeUserAnswer): Result {
  if (user.deleted !== true) return described(user)
  const keys = user.ended_keys === 1 ? '1 access key' : `${user.ended_keys} access keys`
  return { json: user, text: `User ${user.name} is deleted: this was his last project; ${keys} ended\n` }
}

function withPassword(user: UserAnswer): Result {
  return { json: user, text: `User ${user.name} has a new password\n` }
}

export const command: Command = {
  summary: 'List, create, change and delete users',
  usage: USAGE,
  run: (args, io) => runAction(ACTIONS, args, io),
}
