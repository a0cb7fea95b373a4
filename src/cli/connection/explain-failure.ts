import { ServerUnreachable } from '../../client/server-unreachable.ts'
import { errorMessage } from '../../contract/caught.ts'
import { isTailraceError, type TailraceError } from '../../contract/errors.ts'
import { type Connection, connectionOf } from './connection.ts'

/** Which server was asked, and as whom. */
export type Asked = Pick<Connection, 'url' | 'credentials'>

const WRITERS = 'runner or admin'
/** Commands of which others than readers are refused nothing. */
const NEEDED_ROLES: Readonly<Record<string, string>> = {
  run: WRITERS,
  deliver: WRITERS,
  import: WRITERS,
  project: 'admin',
  user: 'admin',
  key: 'admin',
}

/** What to tell a person of a failure: the server's answers are the gateway's, made for clients of its API. */
export function complaintOf(
  error: unknown,
  command: string,
  env: Parameters<typeof connectionOf>[0],
): string {
  const message = errorMessage(error)
  try {
    return explained(error, command, () => connectionOf(env)) ?? message
  } catch {
    // The environment names no server: the command has asked another.
    return message
  }
}

/** In a person's words what a refusal means for this command and these credentials; undefined where the message itself says it. */
export function explained(error: unknown, command: string, asked: () => Asked): string | undefined {
  if (error instanceof ServerUnreachable) return closedAtOnce(error, asked())
  if (!isTailraceError(error)) return undefined
  const { code, message } = error
  if (code === 'not-authenticated') return ofCredentials(error, asked())
  if (code === 'not-allowed' && /not authorized|^HTTP 403$/.test(message)) return ofRoles(command)
  if (code === 'no-such-route' || message === 'HTTP 404')
    return `${asked().url} has no such API: is that the server's address (TAILRACE_URL), with its base path?`
  if (code === 'internal')
    return `${asked().url} failed over this. Its log tells why; "tailrace doctor" there, whether its store is damaged`
  return undefined
}

function ofRoles(command: string): string {
  const needed = NEEDED_ROLES[command]
  return `your roles in the project do not allow this${needed === undefined ? '' : `: it needs ${needed}`}`
}

function ofCredentials({ message }: TailraceError, { url, credentials }: Asked): string | undefined {
  if (credentials === undefined) return undefined
  if ('accessKey' in credentials) {
    const { accessKey } = credentials
    if (message.includes('canonicalRequest:'))
      return `the secret key does not fit the access key ${accessKey}`
    return / ak .* not exist$/.test(message) ? `${url} knows no access key ${accessKey}` : undefined
  }
  if ('token' in credentials && /decrypt token fail|: token expires/.test(message))
    return `${url} takes the token no longer, or never did: log in again ("tailrace login"), or set another TAILRACE_TOKEN`
  return undefined
}

/** As a server does that expects TLS. */
function closedAtOnce({ message, cause }: ServerUnreachable, { url }: Asked): string | undefined {
  const closed = (cause instanceof Error ? cause.cause : undefined) as
    | { readonly code?: unknown; readonly socket?: { readonly bytesRead?: number } }
    | undefined
  if (closed?.code !== 'UND_ERR_SOCKET' || closed.socket?.bytesRead !== 0) return undefined
  return url.startsWith('http:')
    ? `${message} without an answer; is its address https://${new URL(url).host}?`
    : undefined
}
