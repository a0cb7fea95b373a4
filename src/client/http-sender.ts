import type { Operation } from '../contract/operation.ts'
import { EMPTY_SHA256, sha256Hex, UNSIGNED_PAYLOAD } from '../contract/signing/sdk-hmac-sha256.ts'
import { signHeaders } from '../contract/signing/sign-headers.ts'
import { apiError } from './api-error.ts'
import { checkCredentials, checkSettings } from './check-options.ts'
import { type Credentials, type PasswordCredentials, passwordRequest } from './credentials.ts'
import { type RetryOptions, repeat } from './repeat.ts'
import { isRateLimited, isTransient, unreachable } from './server-unreachable.ts'

/** Limits of one call. */
export interface CallOptions extends RetryOptions {
  /** Without a whole answer (a download: its beginning) after this long, a try fails as `ServerUnreachable`. Default: `DEFAULT_TIMEOUT_MS`. */
  readonly timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 30_000

export interface OutgoingRequest extends CallOptions {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  readonly bytes?: Uint8Array<ArrayBuffer>
  /** The answer's body is handed on as it comes, instead of being received first. */
  readonly streams?: boolean
  /** The request may be made again when its answer was lost. Default: unless it is a POST or a DELETE. */
  readonly repeatable?: boolean
}

/** Where requests go, and how often. */
export interface SenderSettings {
  /** Has the server's base path, if it has one; a final "/" is ignored. */
  readonly url: string
  /** Where tokens are obtained. Default: `url`. */
  readonly identityUrl?: string
  /** For calls that do not say it themselves. Default: `DEFAULT_RETRIES`. */
  readonly retries?: number
  /** Likewise. */
  readonly onRetry?: (failure: Error, delayMs: number) => void
}

type Route = Pick<Operation, 'method' | 'path'>

const TOKEN_ROUTE: Route = { method: 'POST', path: '/v3/auth/tokens' }

/** Sends requests of one caller to one server, again where a failure may pass. */
export class HttpSender {
  readonly #settings: SenderSettings
  readonly #credentials: Credentials
  /** Obtained by password, until the server refuses it. */
  #token: Promise<string> | undefined

  /** Throws as `checkSettings` and `checkCredentials`. */
  constructor(settings: SenderSettings, credentials: Credentials) {
    checkSettings(settings)
    checkCredentials(credentials)
    this.#settings = settings
    this.#credentials = credentials
  }

  /** Resolves to the answer when it is a success. Rejects with the `TailraceError` that the answer states, `ServerUnreachable` when there is none, and the signal's reason. */
  send(route: Route, request: OutgoingRequest = {}): Promise<Response> {
    const { repeatable = route.method !== 'POST' && route.method !== 'DELETE' } = request
    // What was refused for its rate has not been done.
    const mayRepeat = (failure: unknown) => (repeatable ? isTransient(failure) : isRateLimited(failure))
    return repeat(() => this.#sendAuthorized(route, request), mayRepeat, this.retrying(request))
  }

  /** A new token by the password. Rejects as `send`. */
  obtainToken(credentials: PasswordCredentials, options: CallOptions = {}): Promise<string> {
    return repeat(() => this.#requestToken(credentials, options), isTransient, this.retrying(options))
  }

  /** The call's own options over the sender's. */
  retrying(options: RetryOptions): RetryOptions {
    const { retries, onRetry } = this.#settings
    return {
      ...(retries !== undefined && { retries }),
      ...(onRetry !== undefined && { onRetry }),
      ...options,
    }
  }

  /** With another token, once, when the server takes the one in use no more. */
  async #sendAuthorized(route: Route, request: OutgoingRequest): Promise<Response> {
    const token = this.#heldToken(request)
    const response = await this.#sendOnce(route, request)
    if (response.status !== 401 || token === undefined) return succeeded(response)
    if (this.#token === token) this.#token = undefined
    return succeeded(await this.#sendOnce(route, request))
  }

  /** The token that was obtained by password, now at the latest. */
  #heldToken(request: OutgoingRequest): Promise<string> | undefined {
    const credentials = this.#credentials
    if (!('password' in credentials)) return undefined
    this.#token ??= this.#requestToken(credentials, request)
    return this.#token
  }

  async #requestToken(credentials: PasswordCredentials, options: CallOptions): Promise<string> {
    const { url, identityUrl = url } = this.#settings
    const json = passwordRequest(credentials)
    const outgoing = { ...options, json }
    const at = addressOf(identityUrl, TOKEN_ROUTE, {})
    const response = await succeeded(await fetchOnce(at, TOKEN_ROUTE.method, jsonHeaders(json), outgoing))
    return response.headers.get('x-subject-token') ?? ''
  }

  async #sendOnce(route: Route, request: OutgoingRequest): Promise<Response> {
    const url = addressOf(this.#settings.url, route, request)
    const headers = await this.#authorized(route.method, url, request)
    return fetchOnce(url, route.method, headers, request)
  }

  async #authorized(method: string, url: URL, request: OutgoingRequest): Promise<Record<string, string>> {
    const credentials = this.#credentials
    const headers = { ...jsonHeaders(request.json), ...request.headers }
    if ('token' in credentials) return { ...headers, 'X-Auth-Token': credentials.token }
    if ('password' in credentials) return { ...headers, 'X-Auth-Token': await this.#ownToken(request) }
    const { projectId } = credentials
    const named = projectId === undefined ? headers : { ...headers, 'X-Project-Id': projectId }
    const payloadSha256 = await payloadHash(request)
    return signHeaders({ method, url, headers: named, payloadSha256 }, credentials, new Date())
  }

  /** A failed attempt must not fail all later ones. */
  async #ownToken(request: OutgoingRequest): Promise<string> {
    const token = this.#heldToken(request)
    try {
      return (await token) ?? ''
    } catch (error) {
      if (this.#token === token) this.#token = undefined
      throw error
    }
  }
}

function addressOf(baseUrl: string, route: Route, { params = {}, query = {} }: OutgoingRequest): URL {
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}${path}`)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value))
  return url
}

/** Log bytes are not hashed only to be signed: the finish of a step proves them. */
async function payloadHash({ json, bytes }: OutgoingRequest): Promise<string> {
  if (bytes !== undefined) return UNSIGNED_PAYLOAD
  return json === undefined ? EMPTY_SHA256 : sha256Hex(JSON.stringify(json))
}

function jsonHeaders(json: unknown): Record<string, string> {
  return json === undefined ? {} : { 'Content-Type': 'application/json' }
}

async function fetchOnce(
  url: URL,
  method: string,
  headers: Record<string, string>,
  { json, bytes, streams, signal, timeoutMs = DEFAULT_TIMEOUT_MS }: OutgoingRequest,
): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new DOMException('no answer in time', 'TimeoutError')), timeoutMs)
  const body = json === undefined ? bytes : JSON.stringify(json)
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      // Credentials stay with the server that they are for.
      redirect: 'error',
      signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
    })
    return streams && response.ok ? response : await received(response)
  } catch (error) {
    signal?.throwIfAborted()
    throw unreachable(url, error)
  } finally {
    clearTimeout(timer)
  }
}

/** The answer with all of its body. */
async function received(response: Response): Promise<Response> {
  const { status, headers } = response
  const body = await response.arrayBuffer()
  return new Response(body.byteLength === 0 ? null : body, { status, headers })
}

async function succeeded(response: Response): Promise<Response> {
  if (response.ok) return response
  throw await apiError(response)
}
