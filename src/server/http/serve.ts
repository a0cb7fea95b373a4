/** How an operation of the contract becomes a route. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest, RequestPayload } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { Access } from '../../contract/access.ts'
import { JSON_BODY_MAX_BYTES, OPEN_BODY_MAX_BYTES } from '../../contract/limits.ts'
import { type Operation, successStatuses } from '../../contract/operation.ts'
import type { Principal } from '../../core/access/principal.ts'
import type { KnownUser } from '../../iam/callers.ts'
import { JSON_MEDIA } from './error-handler.ts'
import type { EventSource } from './event-streams.ts'
import { chunksOf } from './received-body.ts'
import { sendChunks } from './send-chunks.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller, for operations of a project. Set by the guard. */
    principal: Principal | undefined
    /** The caller, for operations with the access `user`. Set by the guard. */
    user: KnownUser | undefined
  }
  interface FastifyContextConfig {
    /** What the route serves. */
    readonly operation?: Operation
  }
}

type Caller<A extends Access> = A extends 'user'
  ? { readonly user: KnownUser }
  : A extends 'open' | 'metrics'
    ? unknown
    : { readonly who: Principal }

type StaticOf<Schema> = Schema extends TSchema ? Static<Schema> : Record<string, never>

type BodyOf<O extends Operation> = O extends { readonly bodyMedia: string }
  ? AsyncIterable<Buffer>
  : StaticOf<O['body']>

/** A request that matches the operation's schemas, and its caller. */
export type ServedRequest<O extends Operation> = Caller<O['access']> & {
  readonly params: StaticOf<O['params']>
  readonly query: StaticOf<O['query']>
  /** Parsed JSON, or the chunks of a body with another media type. */
  readonly body: BodyOf<O>
  readonly headers: IncomingHttpHeaders
  /** Only the headers of the answer are sent. */
  readonly isHead: boolean
  readonly received: FastifyRequest
}

type Chunks = AsyncIterable<Uint8Array>

/**
 * What a handler resolves to; nothing for an answer without a body. JSON may also come as text or
 * in chunks.
 */
type AnswerOf<O extends Operation> = O extends { readonly answer: infer A extends TSchema }
  ? Static<A> | string | Chunks
  : O extends { readonly media: 'text/event-stream' }
    ? EventSource | undefined
    : O extends { readonly media: string }
      ? string | Chunks
      : O extends { readonly method: 'GET' }
        ? Chunks | undefined
        : // biome-ignore lint/suspicious/noConfusingVoidType: such a handler has nothing to return
          void

/**
 * Answers a request. It may set headers on `reply`, and a status other than the operation's first.
 * It throws a `TailraceError` to reject the request.
 */
type Handler<O extends Operation> = (request: ServedRequest<O>, reply: FastifyReply) => Promise<AnswerOf<O>>

interface ServeOptions {
  /** Checks the headers of an authorized request. It runs before the body is read. */
  readonly beforeBody?: (request: FastifyRequest, reply: FastifyReply) => void
}

/**
 * Serves an operation: path, method, schemas, access, body and kind of answer are those of the
 * contract.
 */
export function serve<O extends Operation>(
  app: FastifyInstance,
  operation: O,
  handler: Handler<O>,
  { beforeBody }: ServeOptions = {},
): void {
  const { method, path, params, query, body, bodyMedia, head } = operation as Operation
  const [status = 200] = successStatuses(operation)
  if (bodyMedia !== undefined && !app.hasContentTypeParser(bodyMedia))
    app.addContentTypeParser(bodyMedia, (_request, payload, done) => done(null, payload))
  app.route({
    method: head === undefined ? [method] : [method, 'HEAD'],
    url: path,
    schema: {
      // What a server can do does not depend on the object: OPTIONS is answered for any path.
      ...(params !== undefined && method !== 'OPTIONS' && { params }),
      ...(query !== undefined && { querystring: query }),
      ...(body !== undefined && { body }),
    },
    config: { operation: operation as Operation },
    bodyLimit: isOpenToBodies(operation) ? OPEN_BODY_MAX_BYTES : JSON_BODY_MAX_BYTES,
    ...(beforeBody !== undefined && {
      preParsing: async (request: FastifyRequest, reply: FastifyReply, payload: RequestPayload) => {
        beforeBody(request, reply)
        return payload
      },
    }),
    handler: async (request, reply) => {
      reply.code(status)
      return send(operation, reply, await handler(servedRequest<O>(operation, request), reply))
    },
  })
}

/** Anyone may send a body to it. */
function isOpenToBodies({ access, body }: Operation): boolean {
  return access === 'open' && body !== undefined
}

/** The framework has checked the request against the schemas that these types are made from. */
function servedRequest<O extends Operation>(operation: Operation, request: FastifyRequest): ServedRequest<O> {
  const { params, query, headers, method } = request
  const body = operation.bodyMedia === undefined ? request.body : chunksOfBody(request.body)
  const isHead = method === 'HEAD'
  return {
    ...callerOf(operation.access, request),
    ...{ params, query, body, headers, isHead, received: request },
  } as ServedRequest<O>
}

function callerOf(access: Access, { principal, user }: FastifyRequest) {
  if (access === 'open' || access === 'metrics') return {}
  if (access === 'user' ? user === undefined : principal === undefined)
    throw new Error('the request was not authenticated')
  return access === 'user' ? { user } : { who: principal }
}

function chunksOfBody(body: unknown): AsyncIterable<Buffer> {
  return body === undefined ? nothing() : chunksOf(body as Readable)
}

async function* nothing(): AsyncGenerator<Buffer> {}

async function send(operation: Operation, reply: FastifyReply, answer: unknown): Promise<FastifyReply> {
  if (answer === undefined || reply.request.method === 'HEAD') return reply.send()
  if (typeof answer === 'function') return reply.server.eventStreams.send(reply, answer as EventSource)
  if (!reply.hasHeader('content-type')) reply.type(mediaOf(operation))
  return isChunks(answer) ? sendChunks(reply, answer) : reply.send(answer)
}

function mediaOf({ answer, media }: Operation): string {
  return answer === undefined ? (media ?? 'application/octet-stream') : JSON_MEDIA
}

function isChunks(answer: unknown): answer is Chunks {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer
}
