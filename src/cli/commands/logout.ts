import { parseArgs } from 'node:util'
import { AdministrationClient } from '../../client/administration-client.ts'
import { TailraceClient } from '../../client/tailrace-client.ts'
import { isTailraceError } from '../../contract/errors.ts'
import type { Command } from '../command-line/command.ts'
import { type Login, profileName, readLogin, writeLogin } from '../connection/login-file.ts'

const USAGE = `Usage: tailrace logout [--profile NAME] [--json]

Forgets the login. The server is told to end its token, or the access key that "tailrace login --key" made; a key that was
given to the login stays. Ends with 1 when the server could not be told.

  --json              print {profile, url, ended}
  --profile NAME      the login to forget; TAILRACE_PROFILE or "default" by default
`

export const command: Command = {
  summary: 'End the login',
  usage: USAGE,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: { json: { type: 'boolean', default: false } },
      strict: true,
    })
    const profile = profileName(io.env)
    const login = readLogin(io.env)
    if (login === undefined) {
      io.complain(`tailrace logout: there is no login "${profile}"\n`)
      return 1
    }
    await writeLogin(io.env, undefined)
    const failure = await endOnServer(login)
    if (failure !== undefined)
      io.complain(`tailrace logout: the server still takes the credentials: ${failure.message}\n`)
    const ended = failure === undefined
    if (values.json) io.print(`${JSON.stringify({ profile, url: login.url, ended })}\n`)
    else io.print(`Logged out of ${login.url}\n`)
    return ended ? 0 : 1
  },
}

/** Resolves to why it failed. A token or key that has ended already is no failure. */
async function endOnServer({ url, credentials, ownsKey }: Login): Promise<Error | undefined> {
  try {
    if ('token' in credentials)
      await new TailraceClient({ url, credentials, retries: 1 }).revokeToken(credentials.token)
    else if (ownsKey)
      await new AdministrationClient({ url, credentials, retries: 1 }).deleteKey(credentials.accessKey)
    return undefined
  } catch (error) {
    if (isTailraceError(error, 'not-authenticated') || isTailraceError(error, 'not-found')) return undefined
    return error instanceof Error ? error : new Error(String(error))
  }
}
