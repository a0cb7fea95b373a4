import type { Operation } from './operation.ts'

const ERRORS = {
  '400': 'A parameter or the body is missing, repeated or malformed. The message names it.',
  '401': 'Missing, wrong, expired or revoked credentials.',
  '403': 'The caller is not allowed to do this: domain-scoped token, missing role, or another project.',
  '404': 'No such object in your project.',
  '409': 'The request conflicts with what is stored.',
  '412': 'Tus-Resumable is not 1.0.0, or If-Match does not match.',
  '413': 'The body is too large.',
  '415': 'The operation does not accept this Content-Type.',
  '416': 'The range starts at or past the head.',
  '422': 'The search exceeded its deadline.',
  '429': 'Too many requests. Retry-After says when to try again.',
  '460': 'The body does not match its Upload-Checksum.',
  '500': 'The server failed.',
  '503': 'The disk or database fails or is full. Retry-After says when to try again.',
} as const

/** The headers of errors, in addition to the request id. */
const ERROR_HEADERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '409': { 'Upload-Offset': 'For an append: the head of the log, which is where the next append starts.' },
  '412': { 'Tus-Version': 'For an append: the version that the server supports.' },
  '416': { 'Content-Range': '`bytes */N`, where N is the number of stored bytes.' },
  '429': { 'Retry-After': 'Seconds.' },
  '503': { 'Retry-After': 'Seconds.' },
}

/** Every error that operations refer to, for the document's components. */
export function errorResponses() {
  return Object.fromEntries(
    Object.entries(ERRORS).map(([status, description]) => [status, errorResponse(status, description)]),
  )
}

function errorResponse(status: string, description: string) {
  const headers = Object.entries(ERROR_HEADERS[status] ?? {}).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ])
  return {
    description,
    headers: { 'X-Request-Id': { $ref: REQUEST_ID }, ...Object.fromEntries(headers) },
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  }
}

/** Where the document describes the header of every answer. */
export const REQUEST_ID = '#/components/headers/RequestId'

/** The errors of one operation, as references to the document's components. */
export function errorsOf({ access, body, errors = [] }: Operation) {
  const statuses = new Set([400, 404, 429, 500, 503, ...errors])
  if (access !== 'open') for (const status of [401, 403]) statuses.add(status)
  if (body !== undefined) for (const status of [409, 413, 415]) statuses.add(status)
  return Object.fromEntries(
    [...statuses].sort().map(status => [String(status), { $ref: `#/components/responses/${status}` }]),
  )
}
