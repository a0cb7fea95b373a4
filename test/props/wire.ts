import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { assertDescribed, assertPromised } from './described.ts'
import { BOOTSTRAP } from './server-process.ts'

/** The API as any client sees it: requests and bytes, nothing of Tailrace's own code. */

export type Body = string | Uint8Array | AsyncIterable<Uint8Array>
export type Headers = Readonly<Record<string, string | readonly string[]>>

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: what a reply holds is what the tests are about
  json(): any
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Ends the connections that wait for another request. */
export function closeIdleConnections(): void {
  agent.destroy()
}

/**
 * One request, sent as it is: path, headers and body are not tidied up. Resolves when the whole
 * reply is there; rejects when the connection breaks before. `localAddress` is where it comes from,
 * 127.0.0.1 by default.
 */
export function send(
  url: string,
  method: string,
  path: string,
  headers: Headers = {},
  body?: Body,
  localAddress?: string,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const sent = request({
      hostname,
      port,
      method,
      path,
      headers: { ...headers } as IncomingHttpHeaders,
      agent,
      ...(localAddress === undefined ? {} : { localAddress }),
    })
    let answered = false
    sent.on('response', response => {
      answered = true
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(parts)
        const type = response.headers['content-type'] ?? ''
        try {
          assertPromised(method, path, headers, response.statusCode!, response.headers)
          assertDescribed(method, path, response.statusCode!, type, bytes.toString())
        } catch (error) {
          reject(error)
          return
        }
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          bytes,
          text: bytes.toString(),
          json: () => JSON.parse(bytes.toString()),
        })
      })
    })
    // A refusal may come, and the connection end, before the body is out.
    sent.on('error', error => {
      if (!answered) reject(error)
    })
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sent.end(body)
    else
      (async () => {
        for await (const part of body)
          if (!sent.write(part))
            await new Promise(resolve => sent.once('drain', resolve).once('close', resolve))
        sent.end()
      })().catch(error => sent.destroy(error))
  })
}

const json = { 'Content-Type': 'application/json' }

let addresses = 0
/**
 * Another address of this machine for each call, as the server counts requests for tokens by
 * address.
 */
function freshAddress(): string {
  addresses++
  return `127.0.${1 + Math.floor(addresses / 250)}.${1 + (addresses % 250)}`
}

/** A request for a token, from an address that made none before. */
export function requestToken(url: string, body: string, path = '/v3/auth/tokens'): Promise<Reply> {
  return send(url, 'POST', path, json, body, freshAddress())
}

/** The body of a token request; without `scope`, what an unscoped request is. */
export function passwordRequest(
  user: { readonly name: string; readonly password: string; readonly domain?: string },
  scope?: unknown,
): string {
  const domain = { name: user.domain ?? BOOTSTRAP.domain }
  return JSON.stringify({
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: user.name, password: user.password, domain } },
      },
      ...(scope === undefined ? {} : { scope }),
    },
  })
}

export const ADMIN: { readonly name: string; readonly password: string } = {
  name: BOOTSTRAP.user,
  password: BOOTSTRAP.password,
}
export const PROJECT_SCOPE = { project: { name: BOOTSTRAP.project } }

/** A token of the bootstrap admin, for the bootstrap project unless said otherwise. */
export async function signIn(url: string, user = ADMIN, scope: unknown = PROJECT_SCOPE): Promise<string> {
  const reply = await requestToken(url, passwordRequest(user, scope))
  assert.equal(reply.status, 201, reply.text)
  return String(reply.headers['x-subject-token'])
}

export interface BuildAnswer {
  readonly job_id: string
  readonly build_no: number
  readonly record_id: string
  readonly project_id: string
  readonly upload_token: string
  readonly steps: readonly {
    readonly step_id: number
    readonly task_name: string
    readonly log_url: string
  }[]
}

export const TUS = { 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream' }

/** Requests with one caller's credentials. */
export class Caller {
  readonly server: { readonly url: string }
  readonly headers: Headers

  /** `server.url` is read for each request, so that a caller outlives a restart. */
  constructor(server: { readonly url: string }, headers: Headers) {
    this.server = server
    this.headers = headers
  }

  send(method: string, path: string, headers: Headers = {}, body?: Body): Promise<Reply> {
    return send(this.server.url, method, path, { ...this.headers, ...headers }, body)
  }

  get(path: string, headers: Headers = {}): Promise<Reply> {
    return this.send('GET', path, headers)
  }

  post(path: string, body: unknown, headers: Headers = {}): Promise<Reply> {
    return this.send(
      'POST',
      path,
      { ...json, ...headers },
      typeof body === 'string' ? body : JSON.stringify(body),
    )
  }

  async newBuild(steps = 1, more: Readonly<Record<string, unknown>> = {}): Promise<BuildAnswer> {
    const reply = await this.post('/api/v1/builds', {
      job_name: 'contract tests',
      steps: Array.from({ length: steps }, (_, n) => ({ name: `step ${n + 1}` })),
      ...more,
    })
    assert.equal(reply.status, 201, reply.text)
    return reply.json()
  }

  append(build: BuildAnswer, step: number, at: number, body: Body, headers: Headers = {}): Promise<Reply> {
    return this.send('PATCH', logPath(build, step), { ...TUS, 'Upload-Offset': String(at), ...headers }, body)
  }

  finishStep(build: BuildAnswer, step: number, body: unknown = { status: 'SUCCESS' }): Promise<Reply> {
    return this.post(`/api/v1/builds/${build.record_id}/steps/${step}/finish`, body)
  }

  finishBuild(build: BuildAnswer, body: unknown = { status: 'SUCCESS' }): Promise<Reply> {
    return this.post(`/api/v1/builds/${build.record_id}/finish`, body)
  }

  /** Makes a build of one step with this log, sealed unless `live`. */
  async newLog(log: string | Uint8Array, { live = false } = {}): Promise<BuildAnswer> {
    const build = await this.newBuild()
    if (log.length > 0) assert.equal((await this.append(build, 1, 0, log)).status, 204)
    if (!live) assert.equal((await this.finishStep(build, 1)).status, 200)
    return build
  }

  page(build: BuildAnswer, parameters: Readonly<Record<string, string | number>> = {}): Promise<Reply> {
    return this.get(pagePath(build, parameters))
  }

  async head(build: BuildAnswer, step = 1): Promise<number> {
    const reply = await this.send('HEAD', logPath(build, step), { 'Tus-Resumable': '1.0.0' })
    assert.equal(reply.status, 200)
    return Number(reply.headers['upload-offset'])
  }
}

export async function admin(server: { readonly url: string }): Promise<Caller> {
  return new Caller(server, { 'X-Auth-Token': await signIn(server.url) })
}

/** A caller who holds nothing but the build's upload token. */
export function uploader(server: { readonly url: string }, build: BuildAnswer): Caller {
  return new Caller(server, { 'X-Auth-Token': build.upload_token })
}

export function logPath(build: BuildAnswer, step: number): string {
  return `/api/v1/builds/${build.record_id}/steps/${step}/log`
}

/** A page request with the parameters of CodeArts Build's own example, some of them replaced. */
export function pagePath(
  build: BuildAnswer,
  parameters: Readonly<Record<string, string | number>> = {},
): string {
  const query = {
    job_id: build.job_id,
    build_no: build.build_no,
    step_id: 1,
    start_offset: 0,
    end_offset: 0,
    size: 1000,
    ...parameters,
  }
  return `/v1/log/task/step?${Object.entries(query)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')}`
}

export function downloadPath(build: BuildAnswer, step = 1, more = ''): string {
  return `/v4/${build.record_id}/task-log?task_name=stage${step}${more}`
}

/**
 * The error that every route answers, in its exact form (docs/api.md §1); returns the message.
 */
export function assertRefused(reply: Reply, status: number, code: string | RegExp, message?: RegExp): string {
  assert.equal(reply.status, status, reply.text)
  assert.match(String(reply.headers['content-type']), /^application\/json\b/)
  const body = reply.json()
  assert.deepEqual(Object.keys(body).sort(), ['error_code', 'error_msg', 'request_id'])
  if (typeof code === 'string') assert.equal(body.error_code, code, reply.text)
  else assert.match(body.error_code, code)
  assert.equal(typeof body.error_msg, 'string')
  assert.notEqual(body.error_msg, '')
  assert.equal(typeof body.request_id, 'string')
  assert.notEqual(body.request_id, '')
  assert.equal(reply.headers['x-request-id'], body.request_id)
  if (message !== undefined) assert.match(body.error_msg, message)
  return body.error_msg
}

/** Two refusals that may differ in nothing but their request id. */
export function assertSameRefusal(a: Reply, b: Reply): void {
  const blank = (reply: Reply) => ({
    status: reply.status,
    body: reply.text.replaceAll(reply.json().request_id, 'ID'),
  })
  assert.deepEqual(blank(a), blank(b))
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export const UNKNOWN_JOB = '0'.repeat(32)
export const UNKNOWN_RECORD = '00000000-0000-4000-8000-000000000000'

/**
 * Repeats a check until it passes, for what a server does in the background; fails with the check's
 * own error.
 */
export async function eventually<T>(check: () => Promise<T>, timeoutMs = 30_000): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; ; ) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}
