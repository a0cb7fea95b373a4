import type { Command } from '../command-line/command.ts'
import { type Action, CONNECTION_USAGE, columns, runAction } from '../connection/administration.ts'
import { timeText } from '../terminal/time-text.ts'

const USAGE = `Usage: tailrace key list
       tailrace key create [--user NAME]
       tailrace key delete ACCESS_KEY

Access keys of your project, with which clients sign their requests (AK/SK): all of them for an admin, for others
their own. The secret key is told when the key is made, and never again.

  --user NAME         whose key it becomes; you by default, another only for an admin
${CONNECTION_USAGE}`

const ACTIONS: Readonly<Record<string, Action>> = {
  list: {
    arguments: [],
    async run({ server }) {
      const keys = await server.listKeys()
      const rows = keys.map(({ access_key, user, created_at }) => [access_key, user, timeText(created_at)])
      return { json: keys, text: columns([['ACCESS KEY', 'USER', 'CREATED'], ...rows]) }
    },
  },
  create: {
    arguments: [],
    options: ['user'],
    async run({ server, options, io }) {
      const key = await server.createKey(options.user)
      io.complain('The secret key is shown this once.\n')
      const rows = [
        ['user', key.user],
        ['access key', key.access_key],
        ['secret key', key.secret_key],
      ]
      return { json: key, text: columns(rows) }
    },
  },
  delete: {
    arguments: ['ACCESS_KEY'],
    async run({ server, args: [accessKey = ''] }) {
      await server.deleteKey(accessKey)
      return {
        json: { access_key: accessKey, deleted: true },
        text: `Access key ${accessKey} is deleted\n`,
      }
    },
  },
}

export const command: Command = {
  summary: 'List, create and delete access keys',
  usage: USAGE,
  run: (args, io) => runAction(ACTIONS, args, io),
}
