import assert from 'node:assert/strict'
import { Check, Errors } from 'typebox/value'
import { type Operation, successStatuses } from '../../src/contract/operation.ts'
import { OPERATIONS } from '../../src/contract/operations.ts'

const PATTERNS = OPERATIONS.map(operation => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll(/:\w+/g, '[^/?]+')}(\\?.*)?$`),
}))

/** The operation that a request is for; undefined for a path that none has. */
function operationOf(method: string, path: string): Operation | undefined {
  return PATTERNS.find(({ operation, pattern }) => operation.method === method && pattern.test(path))
    ?.operation
}

/** Statuses that the document does not promise of every operation. */
const ERRORS_OF_SOME: ReadonlySet<number> = new Set([412, 416, 422, 460, 507])

type Received = Readonly<Record<string, unknown>>

/**
 * Checks status and headers of an answer against what the operation promises. Skips requests that
 * override their method.
 */
export function assertPromised(
  method: string,
  path: string,
  sent: Received,
  status: number,
  headers: Received,
): void {
  if (Object.keys(sent).some(name => name.toLowerCase() === 'x-http-method-override')) return
  const operation = operationOf(method === 'HEAD' ? 'GET' : method, path)
  // A preflight is answered for every path alike.
  if (operation === undefined || headers['access-control-allow-methods'] !== undefined) return
  const head = method === 'HEAD' ? operation.head : undefined
  if (method === 'HEAD' && head === undefined) return
  const { errors = [], answerHeaders } = { ...operation, ...head }
  if (ERRORS_OF_SOME.has(status)) assert.ok(errors.includes(status), `${method} ${path}: ${status}`)
  if (status >= 400) return
  const statuses = head === undefined ? successStatuses(operation) : [200]
  assert.ok(statuses.includes(status), `${method} ${path}: ${status}`)
  const promised = (answerHeaders as { required?: readonly string[] } | undefined)?.required ?? []
  for (const name of promised)
    assert.ok(headers[name.toLowerCase()] !== undefined, `${method} ${path}: ${status} has no ${name}`)
}

/**
 * Checks an answer against the API document: a JSON success has the operation's schema, and an
 * error the one error body, or Keystone's on /v3. The document is made of the same schemas.
 */
export function assertDescribed(
  method: string,
  path: string,
  status: number,
  contentType: string,
  text: string,
): void {
  if (!contentType.startsWith('application/json') || text === '') return
  const answer = JSON.parse(text)
  if (status >= 400) {
    const body = path.startsWith('/v3') && answer.error ? answer.error : answer
    const names = body === answer ? ['error_code', 'error_msg', 'request_id'] : ['code', 'message', 'title']
    for (const name of names) assert.ok(body[name] !== undefined, `${method} ${path}: ${text} has no ${name}`)
    return
  }
  const schema = operationOf(method, path)?.answer
  if (schema === undefined) return
  assert.ok(
    Check(schema, answer),
    `${method} ${path} answers what its document does not say: ${JSON.stringify(Errors(schema, answer)).slice(0, 500)} in ${text.slice(0, 500)}`,
  )
}
