import type { Operation } from './operation.ts'

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
  '422': 'The search took longer than it may.',
  '429': 'Too many requests; Retry-After tells when the next is free.',
  '460': 'The body is not what its Upload-Checksum says.',
  '500': 'The server failed.',
  '503': 'Disk, database or object store fail just now; Retry-After tells when to try again.',
} as const

/** Headers of refusals, beside the request's id. */
const REFUSAL_HEADERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '409': { 'Upload-Offset': 'Of an append: where the log stands, which is where the next append begins.' },
  '412': { 'Tus-Version': 'Of an append: the version that is spoken.' },
  '416': { 'Content-Range': '`bytes */N`, N being the bytes that are there.' },
  '429': { 'Retry-After': 'Seconds.' },
  '503': { 'Retry-After': 'Seconds.' },
}

/** Every refusal that operations refer to, for the document's components. */
export function refusalResponses() {
  return Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [status, refusal(status, description)]),
  )
}

function refusal(status: string, description: string) {
  const headers = Object.entries(REFUSAL_HEADERS[status] ?? {}).map(([name, text]) => [
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

/** The refusals of one operation, each a reference to the document's components. */
export function refusalsOf({ access, body, refusals = [] }: Operation) {
  const statuses = new Set([400, 404, 429, 500, 503, ...refusals])
  if (access !== 'open') for (const status of [401, 403]) statuses.add(status)
  if (body !== undefined) for (const status of [409, 413, 415]) statuses.add(status)
  return Object.fromEntries(
    [...statuses].sort().map(status => [String(status), { $ref: `#/components/responses/${status}` }]),
  )
}
