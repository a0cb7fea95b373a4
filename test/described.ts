import assert from 'node:assert/strict'
import { Check, Errors } from 'typebox/value'
import type { Operation } from '../src/contract/operation.ts'
import { OPERATIONS } from '../src/contract/operations.ts'

const PATTERNS = OPERATIONS.map(operation => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll(/:\w+/g, '[^/?]+')}(\\?.*)?$`),
}))

/** The operation that a request is for; undefined for a path that none has. */
function operationOf(method: string, path: string): Operation | undefined {
  return PATTERNS.find(({ operation, pattern }) => operation.method === method && pattern.test(path))
    ?.operation
}

/**
 * Holds an answer to the API document: a JSON success has the operation's schema, and a refusal the one error body, or
 * Keystone's on /v3. The document is made of the same schemas.
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
