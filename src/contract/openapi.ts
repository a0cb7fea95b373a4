import type { TObject, TSchema } from 'typebox'
import { NEEDED_ROLES } from './access.ts'
import { errorResponses, errorsOf, REQUEST_ID } from './openapi-errors.ts'
import { SECURITY_SCHEMES } from './openapi-security.ts'
import { type Operation, successStatuses } from './operation.ts'
import { TOPICS } from './topics.ts'

/** A JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A part of a request other than its body. */
export interface DocumentParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>
/** A header of an answer, or a reference to one. */
type Header =
  | { readonly description?: string; readonly required?: boolean; readonly schema: JsonSchema }
  | { readonly $ref: string }

export interface DocumentAnswer {
  readonly description: string
  readonly headers: Readonly<Record<string, Header>>
  readonly content?: Content
}

export interface DocumentOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly 'x-required-role': string
  readonly security?: readonly object[]
  readonly parameters: readonly DocumentParameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, DocumentAnswer | { readonly $ref: string }>>
}

const JSON_TYPE = 'application/json'
const BYTES_TYPE = 'application/octet-stream'

/** These operations as an OpenAPI 3.1 document. Its schemas are the ones that validate requests. */
export function openApiDocument(operations: readonly Operation[], version: string, url: string) {
  const paths: Record<string, Record<string, DocumentOperation>> = {}
  for (const operation of operations.flatMap(withHead)) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tailrace',
      version,
      description:
        'A self-hosted build-log service. It serves the log API of Huawei Cloud CodeArts Build, so that clients of that API work unchanged, and an API of its own under /api/v1.',
    },
    servers: [{ url }],
    security: Object.keys(SECURITY_SCHEMES).map(name => ({ [name]: [] })),
    tags: Object.values(TOPICS),
    paths,
    components: {
      schemas: { Error: ERROR_SCHEMA },
      headers: {
        RequestId: {
          description: 'The id of the request. The log of the server contains it.',
          required: true,
          schema: { type: 'string' },
        },
      },
      responses: errorResponses(),
      securitySchemes: SECURITY_SCHEMES,
    },
  }
}

const ERROR_SCHEMA = {
  type: 'object',
  required: ['error_code', 'error_msg', 'request_id'],
  properties: {
    error_code: { type: 'string' },
    error_msg: { type: 'string' },
    request_id: { type: 'string' },
  },
}

/** The operation, and the HEAD on its path if there is one. */
function withHead({ head, ...get }: Operation): readonly Operation[] {
  if (head === undefined) return [get]
  const { answer: _none, media: _plain, statuses: _one, ...rest } = get
  return [get, { ...rest, ...head, name: `${get.name}-head`, method: 'HEAD' }]
}

function describe(operation: Operation): DocumentOperation {
  const { name, topic, access, summary, description, params, query, headers } = operation
  const { role, text } = NEEDED_ROLES[access]
  return {
    operationId: name,
    tags: [TOPICS[topic].name],
    summary,
    description: description === undefined ? text : `${description} ${text}`,
    'x-required-role': role,
    ...(access === 'open' ? { security: [] } : {}),
    parameters: [
      ...parameters(params, 'path'),
      ...parameters(query, 'query'),
      ...parameters(headers, 'header'),
    ],
    ...requestBody(operation),
    responses: { ...successes(operation), ...errorsOf(operation) },
  }
}

function requestBody({ body, bodyMedia, oneOf = [] }: Operation): Pick<DocumentOperation, 'requestBody'> {
  if (bodyMedia !== undefined)
    return { requestBody: { required: true, content: { [bodyMedia]: { schema: BYTES_SCHEMA } } } }
  if (body === undefined) return {}
  const either = oneOf.length === 0 ? {} : { oneOf: oneOf.map(name => ({ required: [name] })) }
  return {
    requestBody: { required: true, content: { [JSON_TYPE]: { schema: { ...plain(body), ...either } } } },
  }
}

const BYTES_SCHEMA = { type: 'string', format: 'binary' }
const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: 'Success.',
  201: 'Created.',
  204: 'Success, without a body.',
  206: 'The bytes of the range.',
  304: 'The client has the current version.',
}

function successes(operation: Operation): Record<string, DocumentAnswer> {
  const headers = answerHeaders(operation.answerHeaders)
  return Object.fromEntries(
    successStatuses(operation).map(status => [
      String(status),
      {
        description: STATUS_TEXTS[status] ?? 'Success.',
        headers,
        ...(status === 204 || status === 304 || operation.method === 'HEAD'
          ? {}
          : { content: contentOf(operation) }),
      },
    ]),
  )
}

function contentOf({ answer, media }: Operation): Content {
  if (answer !== undefined) return { [JSON_TYPE]: { schema: plain(answer) } }
  return media === undefined
    ? { [BYTES_TYPE]: { schema: BYTES_SCHEMA } }
    : { [media]: { schema: { type: 'string' } } }
}

function answerHeaders(schema: TObject | undefined): Record<string, Header> {
  const described = fieldsOf(schema).map(({ name, required, description, rest }) => [
    name,
    { ...(description === undefined ? {} : { description }), required, schema: rest },
  ])
  return { 'X-Request-Id': { $ref: REQUEST_ID }, ...Object.fromEntries(described) }
}

function parameters(schema: TObject | undefined, place: DocumentParameter['in']): DocumentParameter[] {
  return fieldsOf(schema).map(({ name, required, description, rest }) => ({
    name,
    in: place,
    required: place === 'path' || required,
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
}

function fieldsOf(schema: TObject | undefined) {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, TSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = plain(property) as JsonSchema & { description?: string }
    return { name, required: required.includes(name), description, rest }
  })
}

/** The schema as plain JSON, without the library's own properties. */
function plain(schema: TSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema))
}
