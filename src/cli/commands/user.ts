import type { ChangeUserAnswer } from '../../contract/operations/administration/change-user.ts'
import type { UserAnswer } from '../../contract/operations/administration/list-users.ts'
import { ROLES, type Role } from '../../contract/roles.ts'
import { type CommandGroup, defineCommand, UsageError } from '../command-line/command.ts'
import { eitherOf } from '../command-line/parse.ts'
import { administer, type Result } from '../connection/administration.ts'
import { CONNECTION_ENVIRONMENT, JSON_FLAG, PROFILE } from '../connection/connection-options.ts'
import { readNewPassword } from '../terminal/questions.ts'
import { columns } from '../terminal/text.ts'

const OPTIONS = { json: JSON_FLAG, profile: PROFILE } as const
const NAME = { name: 'NAME', help: 'The name of the user.' } as const
const ROLES_HELP = 'Roles with commas between: reader, runner, admin'
const PASSWORD_ENVIRONMENT = {
  TAILRACE_NEW_PASSWORD: 'The password to set; by default the first line of stdin',
  ...CONNECTION_ENVIRONMENT,
} as const

const list = defineCommand({
  name: 'list',
  summary: 'List the users of your project',
  description: 'List the users of your project with their roles.',
  arguments: {},
  options: OPTIONS,
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace user list', does: 'List users.' },
    { line: 'tailrace user list --json', does: 'List them as JSON.' },
  ],
  run: ({ options }, io) =>
    administer(io, options.json, async server => {
      const users = await server.listUsers()
      const rows = users.map(({ id, name, roles }) => [name, id, roles.join(',')])
      return { json: users, text: columns([['NAME', 'ID', 'ROLES'], ...rows]) }
    }),
})

const create = defineCommand({
  name: 'create',
  summary: 'Create a user in your project',
  description: `Create a user with roles in your project. The password is read from
TAILRACE_NEW_PASSWORD or from stdin.`,
  arguments: { name: NAME },
  options: {
    roles: { value: 'ROLE,...', read: rolesOf, default: 'reader', help: ROLES_HELP },
    ...OPTIONS,
  },
  environment: PASSWORD_ENVIRONMENT,
  examples: [
    { line: 'tailrace user create ada', does: 'Create a user who can read logs. Asks for the password.' },
    { line: 'tailrace user create ci --roles runner', does: 'Create a user who can write builds.' },
  ],
  run: ({ options, args }, io) =>
    administer(io, options.json, async server => {
      const password = await readNewPassword(io)
      return described(await server.createUser({ name: args.name, password, roles: options.roles }))
    }),
})

const roles = defineCommand({
  name: 'roles',
  summary: "Set a user's roles in your project",
  description: `Set all roles of a user in your project. The user may belong to another project
of the domain.`,
  arguments: { name: NAME, roles: { name: 'ROLES', read: rolesOf, help: `${ROLES_HELP}.` } },
  options: OPTIONS,
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace user roles ada admin', does: 'Make ada an admin.' },
    { line: 'tailrace user roles ci reader,runner', does: 'Allow ci to read and to write.' },
  ],
  run: ({ options, args }, io) =>
    administer(io, options.json, async server =>
      described(await server.changeUser(args.name, { roles: args.roles })),
    ),
})

const remove = defineCommand({
  name: 'remove',
  summary: 'Remove a user from your project',
  description: `Take all roles in your project from a user. If it was the user's last project,
the account is deleted with all its access keys.`,
  arguments: { name: NAME },
  options: OPTIONS,
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace user remove ada', does: 'Remove ada from your project.' },
    { line: 'tailrace user remove ada --profile mobile', does: 'Remove ada from the project of a login.' },
  ],
  run: ({ options, args }, io) =>
    administer(io, options.json, async server => removed(await server.changeUser(args.name, { roles: [] }))),
})

const password = defineCommand({
  name: 'password',
  summary: "Set a user's password",
  description: `Set the password of a user. Without NAME, change your own, which needs
TAILRACE_USER and TAILRACE_PASSWORD.`,
  arguments: { name: { ...NAME, optional: true } },
  options: OPTIONS,
  environment: PASSWORD_ENVIRONMENT,
  examples: [
    { line: 'tailrace user password ada', does: 'Set the password of ada. Asks for it.' },
    { line: 'tailrace user password', does: 'Change your own password.' },
  ],
  run: ({ options, args }, io) =>
    administer(io, options.json, async server => {
      if (args.name !== undefined) {
        const password = await readNewPassword(io)
        return withPassword(await server.changeUser(args.name, { password }))
      }
      const { TAILRACE_USER: own, TAILRACE_PASSWORD: old_password } = io.env
      if (!own || !old_password)
        throw new UsageError(
          'set TAILRACE_USER and TAILRACE_PASSWORD to change your own password, or name a user',
        )
      const password = await readNewPassword(io)
      return withPassword(await server.changeUser(own, { password, old_password }))
    }),
})

const destroy = defineCommand({
  name: 'delete',
  summary: "Delete a user's account",
  description: `Delete the account of a user and all its access keys. Rejected if the user belongs
to another project.`,
  arguments: { name: NAME },
  options: OPTIONS,
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace user delete ada', does: 'Delete the account of ada.' },
    { line: 'tailrace user delete ada --json', does: 'Delete it, and print the result as JSON.' },
  ],
  run: ({ options, args }, io) =>
    administer(io, options.json, async server => {
      await server.deleteUser(args.name)
      return { json: { name: args.name, deleted: true }, text: `User ${args.name} is deleted\n` }
    }),
})

export const command: CommandGroup = {
  name: 'user',
  summary: 'List, create, change and delete users',
  description: `Manage the users of your project. A user has roles in it: a reader reads logs, a
runner creates builds and writes and reads their logs, and an admin may do
everything.`,
  actions: [list, create, roles, remove, password, destroy],
}

function rolesOf(text: string): Role[] {
  return text.split(',').map(word => {
    const role = ROLES.find(known => known === word.trim())
    if (role === undefined) throw new UsageError(`"${word}" is not a role; roles are ${eitherOf(ROLES)}`)
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
  return { json: user, text: `User ${user.name} is deleted: it was their last project; ${keys} ended\n` }
}

function withPassword(user: UserAnswer): Result {
  return { json: user, text: `User ${user.name} has a new password\n` }
}
