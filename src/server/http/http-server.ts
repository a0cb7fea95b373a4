import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { HEADERS_MAX_BYTES } from '../../contract/limits.ts'
import { beginAnswer, rejectRequest } from './connections.ts'
import { cutBasePath, overrideMethod } from './rewritten-request.ts'

/**
 * A certificate, with those that it needs on the way to its root, and its private key, both PEM.
 */
export interface TlsKeyPair {
  readonly cert: Buffer
  readonly key: Buffer
}

export interface HttpServerOptions {
  /** A connection on which nothing moves for this long is closed. */
  readonly idleTimeoutMs: number
  /** A prefix that the paths of requests may have. */
  readonly basePath: string
  /** Undefined: no TLS. */
  readonly tls: TlsKeyPair | undefined
}

/**
 * Node's server, over TLS where there is a key for it, that hands requests on as the routes know
 * them.
 */
export function openHttpServer(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  { idleTimeoutMs, basePath, tls }: HttpServerOptions,
): Server {
  // Node's own answer to a request without Host has no body.
  const options = { maxHeaderSize: HEADERS_MAX_BYTES, requestTimeout: 0, requireHostHeader: false }
  const listener: RequestListener = (request, response) => {
    if (!beginAnswer(request, response)) return
    if (request.headers.host === undefined && request.httpVersion !== '1.0') {
      rejectRequest(response, 'The request has no Host.')
      return
    }
    overrideMethod(request)
    cutBasePath(request, basePath)
    handler(request, response)
  }
  const server =
    tls === undefined ? createServer(options, listener) : createTlsServer({ ...options, ...tls }, listener)
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    if (beginAnswer(request, response)) rejectRequest(response, 'Expect may be 100-continue alone.')
  })
  server.setTimeout(idleTimeoutMs)
  // Node's own five seconds close connections under the hands of clients that poll.
  server.keepAliveTimeout = idleTimeoutMs
  return server
}
