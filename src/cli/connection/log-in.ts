import { AdministrationClient } from '../../client/administration-client.ts'
import { TailraceClient } from '../../client/tailrace-client.ts'
import type { KeyPair } from '../../contract/signing/sign-headers.ts'
import type { CommandIo } from '../command-line/command.ts'
import { Questions } from '../terminal/questions.ts'
import { timeText } from '../terminal/text.ts'
import { serverUrl } from './connection.ts'
import { type Contacted, explained } from './explain-failure.ts'
import { LoginAnswers } from './login-answers.ts'
import { type Login, profileName, readLogin, writeLogin } from './login-file.ts'
import { retryNotice } from './retry-notice.ts'

interface LoginOptions {
  readonly url: string | undefined
  readonly user: string | undefined
  readonly domain: string | undefined
  readonly project: string | undefined
  /** Create an access key instead of keeping a token. */
  readonly key: boolean
  readonly 'access-key': string | undefined
  readonly json: boolean
}

/** `tailrace login`: asks for what the options do not say, and keeps a token or an access key. */
export async function logIn(options: LoginOptions, io: CommandIo): Promise<void> {
  const login = await loginOf(options, io)
  const file = await writeLogin(io.env, login)
  const { url, user, project, expires } = login
  const profile = profileName(io.env)
  if (options.json) return io.print(`${JSON.stringify({ profile, url, user, project, expires })}\n`)
  const as = `${user ? ` as ${user}` : ''}${project ? `, project ${project}` : ''}`
  io.print(`Logged in to ${url}${as}${until(login)}. Saved in ${file}\n`)
}

function until({ expires }: Login): string {
  return expires === undefined ? '' : `, until ${timeText(expires)}`
}

async function loginOf(options: LoginOptions, io: CommandIo): Promise<Login> {
  using questions = new Questions({ input: process.stdin, ask: text => io.warn(text) })
  const known = readLogin(io.env)
  const accessKey = options['access-key']
  const answers = new LoginAnswers(
    questions,
    io,
    accessKey === undefined ? 'TAILRACE_PASSWORD' : 'TAILRACE_SK',
  )
  const url = await answers.answer({
    what: 'URL',
    option: '--url',
    given: options.url,
    variable: 'TAILRACE_URL',
    known: known?.url,
    read: serverUrl,
  })
  if (accessKey !== undefined) {
    const credentials = { accessKey, secretKey: await answers.secret('Secret key') }
    return withKey(url, credentials, io).catch(error => refuse(error, { url, credentials }))
  }
  const credentials = await askCredentials(answers, options, known?.url === url ? known : undefined)
  const client = new TailraceClient({ url, credentials, ...retryNotice(io) })
  const token = await client.obtainToken(credentials).catch(error => refuse(error, { url, credentials }))
  const login = options.key ? await exchangeForKey(url, token) : await withToken(url, token)
  return { ...login, domain: credentials.domain }
}

/** The password comes last, so that a wrong one is reported right after it. */
async function askCredentials(answers: LoginAnswers, options: LoginOptions, known: Login | undefined) {
  const answer = (name: 'domain' | 'project' | 'user') =>
    answers.answer({
      what: `${name[0]!.toUpperCase()}${name.slice(1)}`,
      option: `--${name}`,
      given: options[name],
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

/** The token is used only to create the key, then revoked. */
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

/** A key that the server rejects is not kept. */
async function withKey(url: string, credentials: KeyPair, io: CommandIo): Promise<Login> {
  const { accessKey } = credentials
  const keys = await new AdministrationClient({ url, credentials, ...retryNotice(io) }).listKeys()
  const user = keys.find(({ access_key }) => access_key === accessKey)?.user
  return { url, credentials, ...(user !== undefined && { user }) }
}

function clientWith(url: string, token: string): TailraceClient {
  return new TailraceClient({ url, credentials: { token } })
}

/** The environment may name another server than this login. */
function refuse(error: unknown, contacted: Contacted): never {
  const message = explained(error, 'login', () => contacted)
  throw message === undefined ? error : new Error(message, { cause: error })
}
