import type { TObject, TSchema } from 'typebox'
import type { Operation } from './operation.ts'

/** A JSON value of the document. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
type JsonObject = Readonly<Record<string, Json>>

/** An operation and whether everybody may call it, without credentials. */
export interface ServedOperation {
  readonly operation: Operation
  readonly isOpen: boolean
}

const JSON_TYPE = 'application/json'
const REFUSALS = {
  '400': 'A parameter or the body is missing, repeated or malformed; the message names it.',
  '401': 'No, bad, expired or revoked credentials.',
  '403': 'The caller may not do this: domain-scoped token, missing role, foreign project.',
  '404': "No such object in the caller's project.",
  '409': 'It does not fit what is stored.',
  '412': 'The upload protocol is not tus 1.0.0, or If-Match names another version.',
  '413': 'The body is too large.',
  '415': 'The Content-Type is not one that this operation takes.',
  '416': 'The range begins at or past the head.',
  '429': 'Too many requests; Retry-After tells when the next is free.',
  '460': 'The body is not what its Upload-Checksum says.',
  '500': 'The server failed.',
  '503': 'Disk, database or object store fail just now; Retry-After tells when to try again.',
  '507': 'Over quota.',
} as const

/** The API as an OpenAPI 3.1 document, made of the schemas that validate requests. */
export function openApiDocument(
  served: readonly ServedOperation[],
  version: string,
  url: string,
): JsonObject {
  const paths: Record<string, Record<string, Json>> = {}
  for (const one of served) {
    const path = one.operation.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [one.operation.method.toLowerCase()]: describe(one) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tailrace',
      version,
      description: 'A build-log service that speaks the CodeArts Build log API.',
    },
    servers: [{ url }],
    security: [{ token: [] }, { bearer: [] }, { signature: [] }],
    paths,
    components: {
      schemas: { Error: ERROR_SCHEMA },
      responses: Object.fromEntries(
        Object.entries(REFUSALS).map(([status, text]) => [status, refusal(text)]),
      ),
      securitySchemes: {
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Auth-Token',
          description: 'A token of a project, or the upload token of a build.',
        },
        bearer: { type: 'http', scheme: 'bearer' },
        signature: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'SDK-HMAC-SHA256 or V11-HMAC-SHA256 signature with an access key.',
        },
      },
    },
  }
}

const ERROR_SCHEMA: Json = {
  type: 'object',
  required: ['error_code', 'error_msg', 'request_id'],
  properties: {
    error_code: { type: 'string' },
    error_msg: { type: 'string' },
    request_id: { type: 'string' },
  },
}

function refusal(description: string): Json {
  return { description, content: { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Error' } } } }
}

function describe({ operation, isOpen }: ServedOperation): Json {
  const { name, summary, params, query, body } = operation
  return {
    operationId: name,
    summary,
    ...(isOpen ? { security: [] } : {}),
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { [JSON_TYPE]: { schema: plain(body) } } } }),
    responses: { ...success(operation), ...refusals(operation, isOpen) },
  }
}

function success({ method, answer, media, path }: Operation): JsonObject {
  const status =
    answer === undefined && media === undefined && method !== 'GET' && method !== 'HEAD' ? '204' : '2XX'
  if (answer !== undefined)
    return { [status]: { description: 'Done.', content: { [JSON_TYPE]: { schema: plain(answer) } } } }
  if (status === '204' || method === 'HEAD') return { [status]: { description: 'Done.' } }
  const type = media ?? (path.endsWith('events') ? 'text/event-stream' : 'application/octet-stream')
  return { [status]: { description: 'The bytes.', content: { [type]: { schema: { type: 'string' } } } } }
}

function refusals({ body, method }: Operation, isOpen: boolean): JsonObject {
  const statuses: (keyof typeof REFUSALS)[] = ['400', '404', '429', '500', '503']
  if (!isOpen) statuses.push('401', '403')
  if (body !== undefined) statuses.push('409', '413', '415')
  if (method === 'PATCH') statuses.push('409', '412', '413', '415', '460', '507')
  return Object.fromEntries(
    statuses.sort().map(status => [status, { $ref: `#/components/responses/${status}` }]),
  )
}

function parameters(schema: TObject | undefined, place: 'path' | 'query'): readonly Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, TSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = plain(property) as { description?: string }
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: rest as Json,
      ...(description === undefined ? {} : { description }),
    }
  })
}

/** The schema as JSON, without what its library keeps beside. */
function plain(schema: TSchema): JsonObject {
  return JSON.parse(JSON.stringify(schema))
}
