import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answerer = (request: IncomingMessage, response: ServerResponse) => void

/**
 * A fake external IAM for the server under test. It answers as `answer` says, and counts requests.
 */
export interface KeystoneFront extends AsyncDisposable {
  readonly url: string
  /** How it answers from here on. */
  answer: Answerer
  /** The tokens that it was asked about, in order. */
  readonly asked: string[]
  /** The most requests that were in flight at once. */
  readonly mostAtOnce: number
}

export async function openKeystoneFront(answer: Answerer): Promise<KeystoneFront> {
  const asked: string[] = []
  let inFlight = 0
  let mostAtOnce = 0
  const server = createServer({ maxHeaderSize: 256 * 1024 }, (received, response) => {
    asked.push(String(received.headers['x-subject-token']))
    inFlight++
    mostAtOnce = Math.max(mostAtOnce, inFlight)
    response.once('close', () => inFlight--)
    front.answer(received, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const front = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer,
    asked,
    get mostAtOnce() {
      return mostAtOnce
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return front
}

/**
 * Passes every request to the service at `url()`, and breaks the connection off if that does not
 * answer.
 */
export function passTo(url: () => string): Answerer {
  return (received, response) => {
    const { hostname, port } = new URL(url())
    const { method, headers, url: path } = received
    const sent = request({ hostname, port, method, path, headers }, answer => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    sent.on('error', () => response.destroy())
    received.pipe(sent)
  }
}

export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answerer =>
  (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

export const KEYSTONE_PROJECT = 'de5af600557d44d0996e667499376dbb'
const DEFAULT_DOMAIN = { id: 'default', name: 'Default' }

/**
 * A token for a project as the Identity API v3 describes it, with what its reference shows and
 * Tailrace does not use.
 */
export function keystoneToken(
  roles: readonly string[],
  change: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const nowMs = Date.now()
  const time = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z')
  return {
    token: {
      methods: ['password'],
      user: {
        domain: DEFAULT_DOMAIN,
        id: '423f19a4ac1e4f48bbb4180756e6eb6c0123456789abcdef0123456789abcdef',
        name: 'glance',
        password_expires_at: null,
      },
      audit_ids: ['3T2dc1CGQxyJsHdDu1xkcw'],
      expires_at: time(nowMs + 3_600_000),
      issued_at: time(nowMs),
      project: { domain: DEFAULT_DOMAIN, id: KEYSTONE_PROJECT, name: 'admin' },
      is_domain: false,
      roles: roles.map((name, n) => ({ id: String(n).repeat(32), name })),
      catalog: [
        {
          type: 'identity',
          name: 'keystone',
          id: 'c'.repeat(32),
          endpoints: [{ region_id: 'RegionOne', url: 'http://controller/identity', interface: 'public' }],
        },
      ],
      ...change,
    },
  }
}
