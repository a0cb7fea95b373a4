import type { Operation } from '../contract/operation.ts'
import { UNSIGNED_PAYLOAD } from '../contract/signing/sdk-hmac-sha256.ts'
import { signHeaders } from '../contract/signing/sign-headers.ts'
import { apiError } from './api-error.ts'
import { type Credentials, type PasswordCredentials, passwordRequest } from './credentials.ts'
import { unreachable } from './server-unreachable.ts'

/** Limits of one call. */
export interface CallOptions {
  /** Gives the call up. */
  readonly signal?: AbortSignal
  /** Without a whole answer (a download: its beginning) after this long, the call fails as `ServerUnreachable`. Default: `DEFAULT_TIMEOUT_MS`. */
  readonly timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 30_000

export interface OutgoingRequest extends CallOptions {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  readonly bytes?: Uint8Array<ArrayBuffer>
  /** The answer's body is handed on as it comes, instead of being received first. */
  readonly streams?: boolean
}

type Route = Pick<Operation, 'method' | 'path'>

const TOKEN_ROUTE: Route = { method: 'POST', path: '/v3/auth/tokens' }

/** Sends requests of one caller to one server. */
export class HttpSender {
  readonly #baseUrl: string
  readonly #credentials: Credentials
  /** Obtained by password, until the server refuses it. */
  #token: Promise<string> | undefined

  /** `baseUrl` may have a path; a final "/" is ignored. */
  constructor(baseUrl: string, credentials: Credentials) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '')
    this.#credentials = credentials
  }

  /** The same server, another caller. */
  as(credentials: Credentials): HttpSender {
    return new HttpSender(this.#baseUrl, credentials)
  }

  /** Resolves to the answer when it is a success. Rejects with the `TailraceError` that the answer states, `ServerUnreachable` when there is none, and the signal's reason. */
  async send(route: Route, request: OutgoingRequest = {}): Promise<Response> {
    const response = await this.#sendOnce(route, request)
    if (response.status !== 401 || this.#token === undefined) return succeeded(response)
    this.#token = undefined
    return succeeded(await this.#sendOnce(route, request))
  }

  /** A new token by the password. Rejects as `send`. */
  async obtainToken(credentials: PasswordCredentials, options: CallOptions = {}): Promise<string> {
    const url = new URL(`${this.#baseUrl}${TOKEN_ROUTE.path}`)
    const json = passwordRequest(credentials)
    const response = await succeeded(
      await fetchOnce(url, TOKEN_ROUTE.method, jsonHeaders(json), { ...options, json }),
    )
    return response.headers.get('x-subject-token') ?? ''
  }

  async #sendOnce(route: Route, request: OutgoingRequest): Promise<Response> {
    const url = this.#urlOf(route, request)
    const headers = await this.#authorized(route.method, url, {
      ...jsonHeaders(request.json),
      ...request.headers,
    })
    return fetchOnce(url, route.method, headers, request)
  }

  #urlOf(route: Route, { params = {}, query = {} }: OutgoingRequest): URL {
    const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) =>
      encodeURIComponent(String(params[name])),
    )
    const url = new URL(`${this.#baseUrl}${path}`)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value))
    return url
  }

  async #authorized(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const credentials = this.#credentials
    if ('token' in credentials) return { ...headers, 'X-Auth-Token': credentials.token }
    if ('password' in credentials) {
      this.#token ??= this.obtainToken(credentials)
      return { ...headers, 'X-Auth-Token': await this.#cachedToken(this.#token) }
    }
    const { projectId } = credentials
    const named = projectId === undefined ? headers : { ...headers, 'X-Project-Id': projectId }
    return signHeaders(
      { method, url, headers: named, payloadSha256: UNSIGNED_PAYLOAD },
      credentials,
      new Date(),
    )
  }

  /** A failed attempt must not fail all later ones. */
  async #cachedToken(token: Promise<string>): Promise<string> {
    try {
      return await token
    } catch (error) {
      if (this.#token === token) this.#token = undefined
      throw error
    }
  }
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
