import { parseArgs } from 'node:util'
import { type Command, UsageError } from '../command-line/command.ts'
import { type ChangedSecretKey, localStore } from '../store/local-store.ts'
import { readNewPassword } from '../terminal/read-new-password.ts'

const USAGE = `Usage: tailrace offline password NAME [--data DIR]
       tailrace offline rekey [--data DIR]

Changes a store whose server is stopped. Who may write its directory may do this; run it as the user that the server runs as.

"password" sets the password of a user, without the old one, and ends his tokens. It is read from TAILRACE_NEW_PASSWORD, or from stdin.

"rekey" replaces the secret key, with which the store encrypts the secret keys of access keys. A key in the directory's secret.key is replaced there, by
TAILRACE_NEW_SECRET_KEY or one made up. One in TAILRACE_SECRET_KEY is replaced by TAILRACE_NEW_SECRET_KEY: start the server with that one
from then on. Access keys stay as they are; upload tokens of builds and temporary access keys end. If it is interrupted, start the server or do the same again.

  --data DIR          directory of the store, as for serve

Environment:
  TAILRACE_NEW_PASSWORD
                      the password to set
  TAILRACE_SECRET_KEY, TAILRACE_NEW_SECRET_KEY
                      the secret key as it is for serve, and the new one: 32 bytes as 64 hexadecimal digits or base64
`

export const command: Command = {
  summary: 'Set a password or a new secret key in a store that is not served',
  usage: USAGE,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { data: { type: 'string' } },
    })
    const change = changeOf(positionals)
    await using identity = await localStore(values.data, io).openIdentity()
    if ('user' in change) {
      await identity.setPassword(change.user, () => readNewPassword(io))
      io.print(`User ${change.user} has a new password, and no token\n`)
    } else io.print(described(await identity.changeSecretKey(io.env.TAILRACE_NEW_SECRET_KEY || undefined)))
    return 0
  },
}

function changeOf([action, name, ...more]: readonly string[]):
  | { readonly user: string }
  | { readonly rekey: true } {
  if (action === 'rekey' && name === undefined) return { rekey: true }
  if (action !== 'password') throw new UsageError('say what to do: password NAME, or rekey')
  if (name === undefined) throw new UsageError('NAME is missing')
  if (more.length > 0) throw new UsageError(`"${more[0]}" is one argument too many`)
  return { user: name }
}

function described({ keys, keyFile }: ChangedSecretKey): string {
  const place = keyFile ?? 'TAILRACE_NEW_SECRET_KEY'
  if (keys === undefined) return `The store is encrypted with the key in ${place} already\n`
  const next = keyFile === undefined ? 'Start the server with it as TAILRACE_SECRET_KEY' : 'Keep a copy of it'
  return `The secret keys of ${keys} access keys are encrypted with the key in ${place}. ${next}\n`
}
