import { type CommandGroup, type CommandIo, defineCommand } from '../command-line/command.ts'
import type { ChangedSecretKey } from '../store/local-store.ts'
import { readNewPassword } from '../terminal/questions.ts'
import { DATA } from './data-option.ts'

const password = defineCommand({
  name: 'password',
  summary: 'Set the password of a user without the old one',
  description: `Set the password of a user, without the old one, and end their tokens. The
password is read from TAILRACE_NEW_PASSWORD or from stdin.`,
  arguments: { name: { name: 'NAME', help: 'The name of the user.' } },
  options: { data: DATA },
  environment: { TAILRACE_NEW_PASSWORD: 'The password to set; by default the first line of stdin' },
  examples: [
    { line: 'tailrace offline password admin', does: 'Set a lost password. Asks for the new one.' },
    {
      line: 'tailrace offline password admin --data /var/lib/tailrace',
      does: 'Set it in another store.',
    },
  ],
  async run({ options, args }, io) {
    await using identity = await openIdentity(options.data, io)
    await identity.setPassword(args.name, () => readNewPassword(io))
    io.print(`User ${args.name} has a new password, and no token\n`)
    return 0
  },
})

const rekey = defineCommand({
  name: 'rekey',
  summary: 'Replace the secret key of a store',
  description: `Replace the secret key, which encrypts the secret keys of access keys in the
store. A key in the file secret.key is replaced there, by TAILRACE_NEW_SECRET_KEY
or by a generated one. If the key is in TAILRACE_SECRET_KEY, it is replaced by
TAILRACE_NEW_SECRET_KEY: start the server with that one from then on.

Access keys keep working. Upload tokens of builds and temporary access keys end.
After an interruption, start the server or run the same command again.`,
  arguments: {},
  options: { data: DATA },
  environment: {
    TAILRACE_SECRET_KEY: 'The secret key as it is, as for "tailrace serve"',
    TAILRACE_NEW_SECRET_KEY: 'The new secret key: 32 bytes as 64 hexadecimal digits or base64',
  },
  examples: [
    { line: 'tailrace offline rekey', does: 'Generate a new secret key for the store in ./data.' },
    { line: 'tailrace offline rekey --data /var/lib/tailrace', does: 'Do so in another store.' },
  ],
  async run({ options }, io) {
    await using identity = await openIdentity(options.data, io)
    io.print(described(await identity.changeSecretKey(io.env.TAILRACE_NEW_SECRET_KEY || undefined)))
    return 0
  },
})

export const command: CommandGroup = {
  name: 'offline',
  summary: 'Change a store whose server is stopped',
  description: `Change users and keys of a store whose server is stopped. Anyone who may write to
the data directory may do this. Run it as the user of the server.`,
  actions: [password, rekey],
}

async function openIdentity(data: string | undefined, io: CommandIo) {
  const { localStore } = await import('../store/local-store.ts')
  return localStore(data, io).openIdentity()
}

function described({ keys, keyFile }: ChangedSecretKey): string {
  const place = keyFile ?? 'TAILRACE_NEW_SECRET_KEY'
  if (keys === undefined) return `The store is already encrypted with the key in ${place}\n`
  const next = keyFile === undefined ? 'Start the server with it as TAILRACE_SECRET_KEY' : 'Keep a copy of it'
  return `The secret keys of ${keys} access keys are encrypted with the key in ${place}. ${next}\n`
}
