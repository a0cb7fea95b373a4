import { ServerUnreachable } from '../../client/server-unreachable.ts'
import { errorMessage } from '../../contract/caught.ts'
import { isTailraceError, type TailraceError } from '../../contract/errors.ts'
import { type Connection, connectionOf } from './connection.ts'

/** The server that a command contacted, and its credentials. */
export type Contacted = Pick<Connection, 'url' | 'credentials'>

const WRITERS = 'runner or admin'
/** The roles that commands need, where reader is not enough. */
const NEEDED_ROLES: Readonly<Record<string, string>> = {
  run: WRITERS,
  deliver: WRITERS,
  import: WRITERS,
  project: 'admin',
  user: 'admin',
  key: 'admin',
}

/** A failure in words for people. The server's own messages are worded for clients of its API. */
export function explainFailure(
  error: unknown,
  command: string,
  env: Parameters<typeof connectionOf>[0],
): string {
  const message = errorMessage(error)
  try {
    return explained(error, command, () => connectionOf(env)) ?? message
  } catch {
    // The environment names no server: the command contacted another one.
    return message
  }
}

/**
 * What a rejection means for this command and these credentials; undefined where the message says
 * it itself.
 */
export function explained(error: unknown, command: string, contacted: () => Contacted): string | undefined {
  if (error instanceof ServerUnreachable) return closedAtOnce(error, contacted())
  if (!isTailraceError(error)) return undefined
  const { code, message } = error
  if (code === 'not-authenticated') return ofCredentials(error, contacted())
  if (code === 'not-allowed' && /not authorized|^HTTP 403$/.test(message)) return ofRoles(command)
  if (code === 'no-such-route' || message === 'HTTP 404')
    return `${contacted().url} does not serve this API; is it the server's address (TAILRACE_URL), with its base path?`
  if (code === 'internal')
    return `${contacted().url} failed. Its log says why; "tailrace doctor" on that machine checks its store`
  return undefined
}

function ofRoles(command: string): string {
  const needed = NEEDED_ROLES[command]
  return `your roles in this project do not allow this${needed === undefined ? '' : `; it needs ${needed}`}`
}

function ofCredentials({ message }: TailraceError, { url, credentials }: Contacted): string | undefined {
  if (credentials === undefined) return undefined
  if ('accessKey' in credentials) {
    const { accessKey } = credentials
    if (message.includes('canonicalRequest:'))
      return `the secret key does not match the access key ${accessKey}`
    return / ak .* not exist$/.test(message) ? `${url} has no access key ${accessKey}` : undefined
  }
  if ('token' in credentials && /decrypt token fail|: token expires/.test(message))
    return `${url} rejected the token: log in again with "tailrace login", or set another TAILRACE_TOKEN`
  return undefined
}

/** What a server does that expects TLS. */
function closedAtOnce({ message, cause }: ServerUnreachable, { url }: Contacted): string | undefined {
  const closed = (cause instanceof Error ? cause.cause : undefined) as
    | { readonly code?: unknown; readonly socket?: { readonly bytesRead?: number } }
    | undefined
  if (closed?.code !== 'UND_ERR_SOCKET' || closed.socket?.bytesRead !== 0) return undefined
  return url.startsWith('http:')
    ? `${message} without an answer; is its address https://${new URL(url).host}?`
    : undefined
}
