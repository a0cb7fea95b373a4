import type { Credentials } from '../../client/credentials.ts'
import { DEFAULT_RETRIES } from '../../client/repeat.ts'
import { TailraceClient } from '../../client/tailrace-client.ts'
import { type CommandIo, type Environment, UsageError } from '../command-line/command.ts'
import { DEFAULT_PROFILE, loginNames, profileName, readLogin } from './login-file.ts'
import { retryNotice } from './retry-notice.ts'

/** A server and, where the environment or a login names any, the credentials for it. */
export interface Connection {
  readonly url: string
  readonly credentials: Credentials | undefined
  /** For deliveries, which repeat calls until their own deadline. */
  readonly client: TailraceClient | undefined
}

/** The message where credentials are missing. */
export const NO_CREDENTIALS =
  'no credentials: run "tailrace login", or set TAILRACE_TOKEN, or TAILRACE_AK and TAILRACE_SK, or TAILRACE_USER, TAILRACE_PASSWORD, TAILRACE_DOMAIN and TAILRACE_PROJECT'

/**
 * The server that the environment names or, without one, the login. The login's credentials are
 * sent only to its own server. Throws `UsageError` without a usable address; credentials may be
 * missing.
 */
export function connectionOf(env: Environment): Connection {
  const given = credentialsOf(env)
  const login = env.TAILRACE_URL && given ? undefined : loginOf(env)
  const url = serverUrl(env.TAILRACE_URL || login?.url)
  const credentials =
    given ?? (login !== undefined && serverUrl(login.url) === url ? login.credentials : undefined)
  return { url, credentials, client: credentials && new TailraceClient({ url, credentials, retries: 0 }) }
}

/**
 * A client that retries transient failures and says so on stderr. Throws `UsageError` without an
 * address or credentials.
 */
export function clientOf(
  io: Pick<CommandIo, 'env' | 'warn'>,
  retries = DEFAULT_RETRIES,
): { url: string; client: TailraceClient } {
  const { url, credentials } = connectionOf(io.env)
  if (credentials === undefined) throw new UsageError(NO_CREDENTIALS)
  return { url, client: new TailraceClient({ url, credentials, retries, ...retryNotice(io, retries) }) }
}

function loginOf(env: Environment) {
  const login = readLogin(env)
  const name = profileName(env)
  if (login !== undefined || name === DEFAULT_PROFILE) return login
  const known = loginNames(env)
  const hint = known.length === 0 ? '"tailrace login" creates it' : `profiles: ${known.join(', ')}`
  throw new UsageError(`unknown profile "${name}"; ${hint}`)
}

/**
 * The address without a final "/". Throws `UsageError` when it is not valid, or has credentials in
 * it.
 */
export function serverUrl(text: string | undefined): string {
  if (!text)
    throw new UsageError(
      'no server: run "tailrace login", or set TAILRACE_URL to its address, such as https://logs.example.com',
    )
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(
      `the server's address (TAILRACE_URL) is not a valid http or https address: ${text}${meantUrl(text)}`,
    )
  if (url.username !== '' || url.password !== '')
    throw new UsageError('TAILRACE_URL must not contain credentials; they have variables of their own')
  return text.replace(/\/+$/, '')
}

/** People leave out the scheme. */
function meantUrl(text: string): string {
  return text.includes('://') || URL.parse(`http://${text}`) === null ? '' : `; did you mean http://${text}?`
}

function credentialsOf(env: Environment): Credentials | undefined {
  const { TAILRACE_TOKEN: token, TAILRACE_AK: accessKey, TAILRACE_SK: secretKey } = env
  const { TAILRACE_USER: user, TAILRACE_PASSWORD: password } = env
  const { TAILRACE_DOMAIN: domain, TAILRACE_PROJECT: project, TAILRACE_PROJECT_ID: projectId } = env
  if (token) return { token }
  if (accessKey && secretKey) return { accessKey, secretKey, ...(projectId && { projectId }) }
  if (user && password && domain && project) return { user, password, domain, project }
  return undefined
}
