/**
 * Writes docs/api.md: the chapters of tools/api-docs/rules.md, and a reference of every operation
 * made from the contract. With `--check` it writes nothing and exits with 1 if the page is out of
 * date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TObject } from 'typebox'
import { NEEDED_ROLES } from '../src/contract/access.ts'
import type { ErrorCode } from '../src/contract/errors.ts'
import { errorsOf } from '../src/contract/openapi-errors.ts'
import { type Operation, successStatuses } from '../src/contract/operation.ts'
import { OPERATIONS } from '../src/contract/operations.ts'
import { TOPICS } from '../src/contract/topics.ts'
import { ERROR_STATUS } from '../src/server/http/error-status.ts'
import { curlOf } from './api-docs/example-request.ts'
import { isObject, type Schema, typeText } from './api-docs/type-text.ts'

const PAGE = join(import.meta.dirname, '../docs/api.md')
const RULES = join(import.meta.dirname, 'api-docs/rules.md')

/** When each error occurs. Errors with the same status and code on the wire share a row. */
const ERROR_TEXTS: Readonly<Record<ErrorCode, string>> = {
  'invalid-parameter': 'A parameter or the body is missing, repeated or malformed. The message names it.',
  'invalid-job-id': 'The `job_id` is not 32 characters, each a digit or a lower-case letter.',
  'span-too-long': 'A list covers more than 31 days.',
  'not-authenticated': 'Missing, wrong, expired or revoked credentials.',
  'not-allowed': 'A domain-scoped token, a missing role, or another project.',
  'not-found': 'No such job, build, record, step or stage in your project.',
  'no-such-route': 'No such path or method.',
  'offset-conflict':
    'An append starts past the head or differs from the stored bytes. `Upload-Offset` is the head.',
  'log-not-live': '',
  'log-sealed': 'An append to a sealed log, or a finish that differs from the first one.',
  'finish-mismatch': 'The size or SHA-256 of a finish does not match the stored bytes.',
  'already-exists': 'The chosen id or name is already in use.',
  'tus-version': '`Tus-Resumable` is not `1.0.0`.',
  'precondition-failed': '`If-Match` does not match the log.',
  'too-large': 'The body is too large.',
  'headers-too-large': 'The headers have more than 128 KiB.',
  'media-type': 'The operation does not accept this `Content-Type`.',
  'range-not-satisfiable': 'The range starts at or past the head.',
  'search-too-slow': 'A search with a regular expression exceeded its deadline.',
  'rate-limited': 'Too many requests, live logs or open builds. `Retry-After` says when to try again.',
  'checksum-mismatch': 'The body does not match its `Upload-Checksum`. Nothing was stored.',
  internal: 'The server failed. Its log has the reason under the request id.',
  'log-damaged': '',
  'store-unavailable':
    'The disk or database fails or is full, or the external IAM does not answer. `Retry-After` says when to try again.',
  'iam-unavailable': '',
}

function errorTable(): string {
  const rows = new Map<string, string[]>()
  for (const [code, { status, errorCode }] of Object.entries(ERROR_STATUS)) {
    const text = ERROR_TEXTS[code as ErrorCode]
    const key = `| ${status} | \`${errorCode}\``
    rows.set(key, [...(rows.get(key) ?? []), ...(text === '' ? [] : [text])])
  }
  const lines = [...rows].sort().map(([key, texts]) => `${key} | ${texts.join(' ')} |`)
  return ['| status | error_code | when |', '|---|---|---|', ...lines].join('\n')
}

function reference(): string {
  return Object.entries(TOPICS)
    .map(([topic, { name, description }]) => {
      const operations = OPERATIONS.filter(operation => operation.topic === topic)
      return `### ${name}\n\n${description}\n\n${operations.map(chapter).join('\n\n')}`
    })
    .join('\n\n')
}

function chapter(operation: Operation): string {
  const { summary, description, name, method, path, access, head } = operation
  const parts = [
    `#### ${summary}`,
    `\`${method} ${shown(path)}\` · \`${name}\`${head === undefined ? '' : ` · \`HEAD\`: ${lowerFirst(head.summary)}`}`,
    [description, NEEDED_ROLES[access].text].filter(text => text !== undefined).join(' '),
    parameterTable(operation),
    bodyText(operation),
    answerText(operation),
    `\`\`\`sh\n${curlOf(operation)}\n\`\`\``,
  ]
  return parts.filter(part => part !== '').join('\n\n')
}

function shown(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}')
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function parameterTable({ params, query, headers }: Operation): string {
  const rows = [...rowsOf(params, 'path'), ...rowsOf(query, 'query'), ...rowsOf(headers, 'header')]
  return rows.length === 0 ? '' : ['| parameter | in | meaning |', '|---|---|---|', ...rows].join('\n')
}

function rowsOf(schema: TObject | undefined, place: string): readonly string[] {
  return fieldsOf(schema).map(
    ({ name, isRequired, text }) => `| \`${name}\` | ${place}${isRequired ? '' : ', optional'} | ${text} |`,
  )
}

function fieldsOf(schema: TObject | undefined) {
  const { properties, required } = (schema ?? {}) as Schema
  if (!isObject(properties)) return []
  const needed = new Set(Array.isArray(required) ? required : [])
  return Object.entries(properties).flatMap(([name, field]) =>
    isObject(field) ? [{ name, isRequired: needed.has(name), text: cell(field) }] : [],
  )
}

/** A cell of a table cannot hold the sign that separates cells. */
function cell(field: Schema): string {
  const text = typeof field.description === 'string' ? field.description : `\`${typeText(field)}\``
  return text.replaceAll('|', '\\|')
}

function bodyText({ body, bodyMedia, oneOf = [] }: Operation): string {
  if (bodyMedia !== undefined) return `Body: bytes, as \`${bodyMedia}\`.`
  if (body === undefined) return ''
  const either =
    oneOf.length === 0 ? '' : `, with exactly one of ${oneOf.map(name => `\`${name}\``).join(', ')}`
  return `Body, as JSON${either}:\n\n\`\`\`ts\n${typeText(body as Schema)}\n\`\`\``
}

function answerText(operation: Operation): string {
  const { answer, media, answerHeaders } = operation
  const statuses = successStatuses(operation).join(' or ')
  const errors = Object.keys(errorsOf(operation)).join(', ')
  const headers = fieldsOf(answerHeaders).map(({ name }) => `\`${name}\``)
  const told = headers.length === 0 ? '' : ` Headers: ${headers.join(', ')}.`
  const kind = answer === undefined ? contentOf(operation, media) : ', as JSON'
  const type = answer === undefined ? '' : `\n\n\`\`\`ts\n${typeText(answer as Schema)}\n\`\`\``
  return `Answer: ${statuses}${kind}.${told} Errors: ${errors}.${type}`
}

function contentOf(operation: Operation, media: string | undefined): string {
  if (media !== undefined) return `, as \`${media}\``
  return successStatuses(operation).includes(200) ? ', as bytes' : ', without a body'
}

const page = readFileSync(RULES, 'utf8')
  .replace('<!-- error codes -->', errorTable)
  .replace('<!-- reference -->', reference)

if (!process.argv.includes('--check')) writeFileSync(PAGE, page)
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/api.md is out of date: run npm run docs')
  process.exitCode = 1
}
