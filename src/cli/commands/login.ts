import { parseArgs } from 'node:util'
import { AdministrationClient } from '../../client/administration-client.ts'
import { TailraceClient } from '../../client/tailrace-client.ts'
import type { KeyPair } from '../../contract/signing/sign-headers.ts'
import type { Command, CommandIo } from '../command-line/command.ts'
import { serverUrl } from '../connection/connection.ts'
import { type Asked, explained } from '../connection/explain-failure.ts'
import { LoginAnswers } from '../connection/login-answers.ts'
import { type Login, profileName, readLogin, writeLogin } from '../connection/login-file.ts'
import { retryNotice } from '../connection/retry-notice.ts'
import { Questions } from '../terminal/questions.ts'
import { timeText } from '../terminal/time-text.ts'

const USAGE = `Usage: tailrace login [--url URL] [--user NAME] [--domain NAME] [--project NAME] [--key]
       tailrace login [--url URL] --access-key AK

Logs in, so that later commands need no variables. Asks for what no option gives, with the environment's word or that of the
login before in brackets: Enter takes it. Where stdin is no terminal, the password or the secret key is its next line. Keeps a token, or an access key, in tailrace/credentials.json in $XDG_CONFIG_HOME or ~/.config, readable
by you alone; never the password.

  --url URL           the server's address; by default TAILRACE_URL
  --user NAME         by default TAILRACE_USER
  --domain NAME       the user's domain; by default TAILRACE_DOMAIN
  --project NAME      the project to work in; by default TAILRACE_PROJECT
  --key               make and keep an access key, which does not run out as a token does after a day
  --access-key AK     keep this access key; asks for its secret key
  --profile NAME      keep it under this name, for "--profile NAME" or TAILRACE_PROFILE; by default "default"
  --json              print {profile, url, user, project, expires}, and no secrets

Environment: TAILRACE_PASSWORD and TAILRACE_SK stand for the answers that are not shown; then no other variable is asked about either.
`

const FLAGS = {
  url: { type: 'string' },
  user: { type: 'string' },
  domain: { type: 'string' },
  project: { type: 'string' },
  key: { type: 'boolean', default: false },
  'access-key': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

type Flags = ReturnType<typeof parseFlags>
const parseFlags = (args: string[]) => parseArgs({ args, options: FLAGS, strict: true }).values

export const command: Command = {
  summary: 'Log in to a server, for all later commands',
  keepsProfile: true,
  usage: USAGE,
  async run(args, io) {
    const flags = parseFlags(args)
    const login = await logIn(flags, io)
    const file = await writeLogin(io.env, login)
    const { url, user, project, expires } = login
    const profile = profileName(io.env)
    if (flags.json) io.print(`${JSON.stringify({ profile, url, user, project, expires })}\n`)
    else
      io.print(
        `Logged in to ${url}${user ? ` as ${user}` : ''}${project ? `, project ${project}` : ''}${until(login)}. Kept in ${file}\n`,
      )
    return 0
  },
}

function until({ expires }: Login): string {
  return expires === undefined ? '' : `, until ${timeText(expires)}`
}

async function logIn(flags: Flags, io: CommandIo): Promise<Login> {
  using questions = new Questions({ input: process.stdin, ask: text => io.complain(text) })
  const known = readLogin(io.env)
  const accessKey = flags['access-key']
  const answers = new LoginAnswers(
    questions,
    io,
    accessKey === undefined ? 'TAILRACE_PASSWORD' : 'TAILRACE_SK',
  )
  const url = await answers.answer({
    what: 'URL',
    option: '--url',
    given: flags.url,
    variable: 'TAILRACE_URL',
    known: known?.url,
    read: serverUrl,
  })
  if (accessKey !== undefined) {
    const credentials = { accessKey, secretKey: await answers.secret('Secret key') }
    return withKey(url, credentials, io).catch(error => complain(error, { url, credentials }))
  }
  const credentials = await askCredentials(answers, flags, known?.url === url ? known : undefined)
  const client = new TailraceClient({ url, credentials, ...retryNotice(io) })
  const token = await client.obtainToken(credentials).catch(error => complain(error, { url, credentials }))
  const login = flags.key ? await exchangeForKey(url, token) : await withToken(url, token)
  return { ...login, domain: credentials.domain }
}

/** The password comes last, so that a wrong one is reported right behind it. */
async function askCredentials(answers: LoginAnswers, flags: Flags, known: Login | undefined) {
  const answer = (name: 'domain' | 'project' | 'user') =>
    answers.answer({
      what: `${name[0]!.toUpperCase()}${name.slice(1)}`,
      option: `--${name}`,
      given: flags[name],
      variable: `TAILRACE_${name.toUpperCase()}`,
      known: known?.[name],
    })
  const domain = await answer('domain')
  const project = await answer('project')
  const user = await answer('user')
  return { domain, project, user, password: await answers.secret('Password') }
}

async function withToken(url: string, token: string): Promise<Login> {
  const { user, project, expires_at } = await clientWith(url, token).describeToken(token)
  return {
    url,
    credentials: { token },
    user: user.name,
    ...(project !== undefined && { project: project.name }),
    expires: expires_at,
  }
}

/** The token is only good for the key. */
async function exchangeForKey(url: string, token: string): Promise<Login> {
  const { user, project } = await clientWith(url, token).describeToken(token)
  const { access_key, secret_key } = await new AdministrationClient({
    url,
    credentials: { token },
  }).createKey()
  await clientWith(url, token).revokeToken(token)
  const names = { user: user.name, ...(project !== undefined && { project: project.name }) }
  return { url, credentials: { accessKey: access_key, secretKey: secret_key }, ...names, ownsKey: true }
}

/** A key that does not open is not kept. */
async function withKey(url: string, credentials: KeyPair, io: CommandIo): Promise<Login> {
  const { accessKey } = credentials
  const keys = await new AdministrationClient({ url, credentials, ...retryNotice(io) }).listKeys()
  const user = keys.find(({ access_key }) => access_key === accessKey)?.user
  return { url, credentials, ...(user !== undefined && { user }) }
}

function clientWith(url: string, token: string): TailraceClient {
  return new TailraceClient({ url, credentials: { token } })
}

/** The environment may name another server than the login is for. */
function complain(error: unknown, asked: Asked): never {
  const message = explained(error, 'login', () => asked)
  throw message === undefined ? error : new Error(message, { cause: error })
}
