import type { Credentials } from '../client/credentials.ts'
import { TailraceClient } from '../client/tailrace-client.ts'
import { UsageError } from './command.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A server and, where the environment names any, the credentials for it. */
export interface Connection {
  readonly url: string
  readonly credentials: Credentials | undefined
  /** Tries each call once: those who deliver logs have a patience of their own. */
  readonly client: TailraceClient | undefined
}

/** Told where credentials lack. */
export const NO_CREDENTIALS =
  'no credentials: set TAILRACE_TOKEN, or TAILRACE_AK and TAILRACE_SK, or TAILRACE_USER, TAILRACE_PASSWORD, TAILRACE_DOMAIN and TAILRACE_PROJECT'

/** The server that the environment names. Throws `UsageError` without a usable TAILRACE_URL; credentials may lack. */
export function connectionOf(env: Environment): Connection {
  const url = serverUrl(env.TAILRACE_URL)
  const credentials = credentialsOf(env)
  return { url, credentials, client: credentials && new TailraceClient({ url, credentials, retries: 0 }) }
}

function serverUrl(text: string | undefined): string {
  if (!text)
    throw new UsageError('set TAILRACE_URL to the address of the server, such as https://logs.example.com')
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`TAILRACE_URL is no http or https address: ${text}`)
  if (url.username !== '' || url.password !== '')
    throw new UsageError('TAILRACE_URL must hold no credentials: they have variables of their own')
  return text.replace(/\/+$/, '')
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
