import { AdministrationClient } from '../../client/administration-client.ts'
import { TailraceClient } from '../../client/tailrace-client.ts'
import { isTailraceError } from '../../contract/errors.ts'
import type { CommandIo } from '../command-line/command.ts'
import { type Login, profileName, readLogin, writeLogin } from './login-file.ts'

/** `tailrace logout`: removes the login and ends it on the server. Resolves to the exit code. */
export async function logOut(json: boolean, io: CommandIo): Promise<number> {
  const profile = profileName(io.env)
  const login = readLogin(io.env)
  if (login === undefined) {
    io.warn(`tailrace logout: there is no login "${profile}"\n`)
    return 1
  }
  await writeLogin(io.env, undefined)
  const failure = await endOnServer(login)
  if (failure !== undefined)
    io.warn(`tailrace logout: the server still accepts the credentials: ${failure.message}\n`)
  const ended = failure === undefined
  if (json) io.print(`${JSON.stringify({ profile, url: login.url, ended })}\n`)
  else io.print(`Logged out of ${login.url}\n`)
  return ended ? 0 : 1
}

/** Resolves to why it failed. That a token or key has ended already is not a failure. */
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
