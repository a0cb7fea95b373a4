import type { TailraceError } from '../contract/errors.ts'
import type { Operation } from '../contract/operation.ts'
import { EMPTY_SHA256, sha256Hex, UNSIGNED_PAYLOAD } from '../contract/signing/sdk-hmac-sha256.ts'
import { signHeaders } from '../contract/signing/sign-headers.ts'
import { apiError } from './api-error.ts'
import { checkAddresses, checkCredentials } from './check-options.ts'
import { type Credentials, type PasswordCredentials, passwordRequest } from './credentials.ts'
import { Retries, type RetryOptions, repeat } from './repeat.ts'
import { isRateLimited, isTransient, unreachable } from './server-unreachable.ts'

/** Limits of one call. */
export interface CallOptions extends RetryOptions {
  /**
   * A try fails with `ServerUnreachable` if its answer is not complete after this many
   * milliseconds. Of a download, only the headers count. Default: 30,000.
   */
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
  /** The body of the answer is passed on as it arrives, instead of being received first. */
  readonly streams?: boolean
  /**
   * The request may be sent again when its answer was lost. Default: true except for POST and
   * DELETE.
   */
  readonly repeatable?: boolean
}

/** The server, and how requests are retried. */
export interface SenderSettings {
  /** The server's address with its base path, if it has one. A final "/" is ignored. */
  readonly url: string
  /** The address of the identity service, which issues tokens. Default: `url`. */
  readonly identityUrl?: string
  /** As in `RetryOptions`, for calls that do not set it. */
  readonly retries?: number
  /** As in `RetryOptions`, for calls that do not set it. */
  readonly onRetry?: (failure: Error, delayMs: number) => void
}

type Route = Pick<Operation, 'method' | 'path'>

const TOKEN_ROUTE: Route = { method: 'POST', path: '/v3/auth/tokens' }

/** Sends requests to one server with one set of credentials, and retries transient failures. */
export class HttpSender {
  readonly #settings: SenderSettings
  readonly #credentials: Credentials
  /** The token in use, of credentials that can get another. */
  #token: Promise<string> | undefined

  /** Throws a `TypeError` for settings or credentials that are missing or not valid. */
  constructor(settings: SenderSettings, credentials: Credentials) {
    checkAddresses(settings)
    checkCredentials(credentials)
    this.#settings = settings
    this.#credentials = credentials
  }

  /**
   * Resolves to a successful answer. Rejects with the `TailraceError` that the answer states, with
   * `ServerUnreachable` when no answer came, and with the signal's reason.
   */
  send(route: Route, request: OutgoingRequest = {}): Promise<Response> {
    const { repeatable = route.method !== 'POST' && route.method !== 'DELETE' } = request
    // A request that was rejected for its rate was not processed.
    const mayRepeat = (failure: unknown) => (repeatable ? isTransient(failure) : isRateLimited(failure))
    return repeat(() => this.#sendAuthorized(route, request), mayRepeat, new Retries(this.retrying(request)))
  }

  /** A new token for the password. Rejects as `send`. */
  obtainToken(credentials: PasswordCredentials, options: CallOptions = {}): Promise<string> {
    const tries = new Retries(this.retrying(options))
    return repeat(() => this.#requestToken(credentials, options), isTransient, tries)
  }

  /** The options of the call, completed by those of the sender. */
  retrying(options: RetryOptions): RetryOptions {
    const { retries, onRetry } = this.#settings
    return {
      ...(retries !== undefined && { retries }),
      ...(onRetry !== undefined && { onRetry }),
      ...options,
    }
  }

  /** Sends the request again, once, with another token when the server rejects the one in use. */
  async #sendAuthorized(route: Route, request: OutgoingRequest): Promise<Response> {
    const token = this.#heldToken(request)
    const response = await this.#sendOnce(route, request)
    if (response.status !== 401 || token === undefined) return succeeded(response)
    const rejection = await apiError(response)
    // Another call may have replaced it meanwhile.
    if (this.#token === token) this.#token = this.#renewedToken(request, rejection)
    return succeeded(await this.#sendOnce(route, request))
  }

  /** The token in use; undefined for credentials that cannot get another. */
  #heldToken(request: OutgoingRequest): Promise<string> | undefined {
    const credentials = this.#credentials
    if ('password' in credentials) this.#token ??= this.#requestToken(credentials, request)
    else if ('token' in credentials && credentials.renew !== undefined)
      this.#token ??= Promise.resolve(credentials.token)
    return this.#token
  }

  #renewedToken(request: OutgoingRequest, rejection: TailraceError): Promise<string> {
    const credentials = this.#credentials
    if ('password' in credentials) return this.#requestToken(credentials, request)
    if ('token' in credentials && credentials.renew !== undefined) return credentials.renew(rejection)
    return Promise.reject(rejection)
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
    if (!('accessKey' in credentials)) return { ...headers, 'X-Auth-Token': await this.#ownToken(request) }
    const { projectId } = credentials
    const named = projectId === undefined ? headers : { ...headers, 'X-Project-Id': projectId }
    const payloadSha256 = await payloadHash(request)
    return signHeaders({ method, url, headers: named, payloadSha256 }, credentials, new Date())
  }

  async #ownToken(request: OutgoingRequest): Promise<string> {
    const token = this.#heldToken(request)
    try {
      return (await token) ?? ('token' in this.#credentials ? this.#credentials.token : '')
    } catch (error) {
      // The next call tries again.
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

/** Log bytes are not hashed for the signature: finishing the step verifies them. */
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
      // Credentials are sent only to the server that they are for.
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

/** The answer with its whole body. */
async function received(response: Response): Promise<Response> {
  const { status, headers } = response
  const body = await response.arrayBuffer()
  return new Response(body.byteLength === 0 ? null : body, { status, headers })
}

async function succeeded(response: Response): Promise<Response> {
  if (response.ok) return response
  throw await apiError(response)
}
