import { Agent, type IncomingMessage, request } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { TailraceError } from '../../contract/errors.ts'
import { type KeystoneToken, readKeystoneToken } from './keystone-token.ts'

/**
 * Asks what a token stands for; undefined for one that is invalid there. Rejects with
 * `iam-unavailable` (detail: retryAfterSeconds) without an answer in time, or for one that no
 * Keystone v3 service gives. The cause says why; no error contains the token.
 */
export type AskKeystone = (token: string) => Promise<KeystoneToken | undefined>

/** Includes the time to wait for a connection. */
const TIMEOUT_MS = 5000
const MAX_CONNECTIONS = 16
/** Requests that may be in flight or wait for a connection. More are rejected at once. */
const MAX_IN_FLIGHT = 256
/** The answer repeats the token in a header. */
const ANSWER_HEADERS_MAX_BYTES = 256 * 1024
const ANSWER_MAX_BYTES = 1024 * 1024
/**
 * The longest token that the API allows (docs/api.md §1), in characters that a header can carry as
 * they are.
 */
const TOKEN = /^[\x21-\x7e]{1,100000}$/

/**
 * Each token is its own proof: it is sent as X-Auth-Token and as the subject. A Keystone asks for
 * no role for that, so the server needs no account of its own. Certificates are checked as Node
 * does by default. Redirects are not followed, since they would send the token elsewhere.
 */
export function createKeystone(url: string, timeoutMs = TIMEOUT_MS): AskKeystone {
  const target = new URL(`${url}/v3/auth/tokens?nocatalog=true`)
  const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS }
  const agent = target.protocol === 'https:' ? new TlsAgent(options) : new Agent(options)
  let inFlight = 0
  return async token => {
    if (!TOKEN.test(token)) return undefined
    if (inFlight >= MAX_IN_FLIGHT) throw unavailable(new Error('too many requests to it are in flight'))
    inFlight++
    try {
      return tokenOfAnswer(await send(target, agent, token, AbortSignal.timeout(timeoutMs)))
    } catch (error) {
      throw error instanceof TailraceError ? error : unavailable(error)
    } finally {
      inFlight--
    }
  }
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

function send(
  target: URL,
  agent: Agent,
  token: string,
  signal: AbortSignal,
  mayRepeat = true,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = (target.protocol === 'https:' ? tlsRequest : request)(target, {
      agent,
      signal,
      maxHeaderSize: ANSWER_HEADERS_MAX_BYTES,
      headers: { Accept: 'application/json', 'X-Auth-Token': token, 'X-Subject-Token': token },
    })
    sent.on('response', answer => void readAnswer(answer).then(resolve, reject))
    sent.on('error', error => {
      // The service closed an idle connection at the moment it was used again.
      if (sent.reusedSocket && mayRepeat && !signal.aborted)
        resolve(send(target, agent, token, signal, false))
      else reject(error)
    })
    sent.end()
  })
}

async function readAnswer(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer) {
    bytes += chunk.length
    // Leaving the loop closes the connection.
    if (bytes > ANSWER_MAX_BYTES) throw new Error(`the answer is longer than ${ANSWER_MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  const retryAfter = answer.headers['retry-after']
  return { status: answer.statusCode ?? 0, retryAfter, body: Buffer.concat(chunks).toString() }
}

/**
 * The token is unknown, invalid or malformed. 403 is not among them: there a policy of the service
 * forbids the question.
 */
const REJECTED: ReadonlySet<number> = new Set([400, 401, 404, 413, 414, 431])

function tokenOfAnswer({ status, retryAfter, body }: Answer): KeystoneToken | undefined {
  if (REJECTED.has(status)) return undefined
  if (status !== 200) throw unavailable(new Error(`it answered ${status}`), retryAfter)
  const token = readKeystoneToken(body)
  if (token === undefined) throw unavailable(new Error('its answer does not describe a token'))
  return token
}

const RETRY_SECONDS = 2
const RETRY_MAX_SECONDS = 60

function unavailable(cause: unknown, retryAfter = ''): TailraceError {
  const asked = /^[0-9]{1,9}$/.test(retryAfter) ? Number(retryAfter) : RETRY_SECONDS
  const retryAfterSeconds = Math.min(Math.max(asked, 1), RETRY_MAX_SECONDS)
  const message = 'The IAM that issues such tokens does not answer as it should; try again later.'
  return new TailraceError('iam-unavailable', message, { retryAfterSeconds }, { cause })
}
