import { type CommandGroup, defineCommand } from '../command-line/command.ts'
import { administer } from '../connection/administration.ts'
import { CONNECTION_ENVIRONMENT, JSON_FLAG, PROFILE } from '../connection/connection-options.ts'
import { columns, timeText } from '../terminal/text.ts'

const OPTIONS = { json: JSON_FLAG, profile: PROFILE } as const

const list = defineCommand({
  name: 'list',
  summary: 'List access keys',
  description: 'List your access keys or, as an admin, all access keys of the project.',
  arguments: {},
  options: OPTIONS,
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace key list', does: 'List access keys.' },
    { line: 'tailrace key list --json', does: 'List them as JSON.' },
  ],
  run: ({ options }, io) =>
    administer(io, options.json, async server => {
      const keys = await server.listKeys()
      const rows = keys.map(({ access_key, user, created_at }) => [access_key, user, timeText(created_at)])
      return { json: keys, text: columns([['ACCESS KEY', 'USER', 'CREATED'], ...rows]) }
    }),
})

const create = defineCommand({
  name: 'create',
  summary: 'Create an access key',
  description: 'Create an access key. Its secret key is shown only once.',
  arguments: {},
  options: {
    user: {
      value: 'NAME',
      defaultText: 'you',
      help: 'The user of the key; only an admin may name another user',
    },
    ...OPTIONS,
  },
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace key create', does: 'Create an access key for yourself.' },
    { line: 'tailrace key create --user ci', does: 'Create an access key for the user "ci".' },
  ],
  run: ({ options }, io) =>
    administer(io, options.json, async server => {
      const key = await server.createKey(options.user)
      io.warn('The secret key is shown only this once.\n')
      const rows = [
        ['user', key.user],
        ['access key', key.access_key],
        ['secret key', key.secret_key],
      ]
      return { json: key, text: columns(rows) }
    }),
})

const remove = defineCommand({
  name: 'delete',
  summary: 'Delete an access key',
  description: 'Delete an access key. Requests that it signs are rejected from then on.',
  arguments: { key: { name: 'ACCESS_KEY', help: 'The access key, as "tailrace key list" shows it.' } },
  options: OPTIONS,
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace key delete 7GFLDZ4WTM8RGOPTWP0B', does: 'Delete this access key.' },
    { line: 'tailrace key delete 7GFLDZ4WTM8RGOPTWP0B --profile ci', does: 'Delete it with another login.' },
  ],
  run: ({ options, args }, io) =>
    administer(io, options.json, async server => {
      await server.deleteKey(args.key)
      return {
        json: { access_key: args.key, deleted: true },
        text: `Access key ${args.key} is deleted\n`,
      }
    }),
})

export const command: CommandGroup = {
  name: 'key',
  summary: 'List, create and delete access keys',
  description: `Manage access keys (AK/SK) of your project. Clients sign their requests with
them.`,
  actions: [list, create, remove],
}
