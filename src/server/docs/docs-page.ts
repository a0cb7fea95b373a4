import { createHash } from 'node:crypto'
import type { ApiDocument, DocumentAnswer, DocumentOperation } from '../../contract/openapi.ts'
import { DOCS_STYLE } from './docs-style.ts'
import { schemaText } from './schema-text.ts'

/** Allows the page's own style and nothing else. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(DOCS_STYLE).digest('base64')}'; frame-ancestors 'none'`

interface Placed {
  readonly method: string
  readonly path: string
  readonly operation: DocumentOperation
}

/** The API document on one page, by topics. Its links are relative, so that it may stand below any path. */
export function docsPage(document: ApiDocument): string {
  const placed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const topics = document.tags.map(({ name, description }) => ({
    name,
    description,
    operations: placed.filter(({ operation }) => operation.tags.includes(name)),
  }))
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Tailrace API</title><style>${DOCS_STYLE}</style>
<h1>Tailrace API</h1>
<p>${placed.length} operations of Tailrace ${escapeHtml(document.info.version)} at <code>${document.servers.map(({ url }) => escapeHtml(url)).join(' ')}</code>; the same as a machine reads it: <a href="openapi.json">openapi.json</a>.</p>
<nav>${topics.map(contents).join('\n')}</nav>
${credentials(document)}
${refusals(document)}
${topics.map(chapter).join('\n')}
</html>
`
}

interface TopicOnPage {
  readonly name: string
  readonly description: string
  readonly operations: readonly Placed[]
}

function contents({ name, operations }: TopicOnPage): string {
  const links = operations.map(
    ({ operation: { operationId, summary } }) =>
      `<li><a href="#${operationId}">${escapeHtml(summary)}</a></li>`,
  )
  return `<b><a href="#${anchor(name)}">${escapeHtml(name)}</a></b><ul>${links.join('')}</ul>`
}

function credentials({ components }: ApiDocument): string {
  const rows = Object.values(components.securitySchemes).map(scheme => {
    const sent = 'name' in scheme ? scheme.name : 'Authorization: Bearer'
    return [code(sent), 'in' in scheme ? scheme.in : 'header', escapeHtml(scheme.description)]
  })
  return `<h2 id="credentials">Credentials</h2>
<p>One of these, unless an operation is open to everybody.</p>${table(rows)}`
}

function refusals({ components }: ApiDocument): string {
  const rows = Object.entries(components.responses).map(([status, { description, headers }]) => {
    const names = Object.keys(headers).map(name => code(name))
    return [code(status), names.join(' '), escapeHtml(description)]
  })
  return `<h2 id="refusals">Refusals</h2>
<p>Their body is <code>{"error_code", "error_msg", "request_id"}</code>; on /v3/auth and /v3/projects that of Keystone, <code>{"error": {"code", "message", "title"}}</code>.</p>${table(rows)}`
}

function chapter({ name, description, operations }: TopicOnPage): string {
  return `<h2 id="${anchor(name)}">${escapeHtml(name)}</h2>
<p>${escapeHtml(description)}</p>
${operations.map(describe).join('\n')}`
}

function describe({ method, path, operation }: Placed): string {
  const { operationId, summary, description, parameters, responses } = operation
  const needs = operation['x-required-role']
  const rows = parameters.map(({ name, in: place, required, description: text, schema }) => [
    code(name),
    `${place}${required ? '' : ', optional'}`,
    escapeHtml(text ?? schemaText(schema)),
  ])
  return `<h3 id="${operationId}"><code>${method} ${escapeHtml(path)}</code></h3>
<p>${escapeHtml(summary)}. ${escapeHtml(description)}</p>
<p class="role">Role: ${needs}</p>
${rows.length === 0 ? '' : `<h4>Parameters</h4>${table(rows)}`}${requestBody(operation)}<h4>Answers</h4>${table(answerRows(responses))}`
}

function requestBody({ requestBody: body }: DocumentOperation): string {
  if (body === undefined) return ''
  const rows = Object.entries(body.content).map(([media, { schema }]) => {
    const either = Array.isArray(schema.oneOf)
      ? `<br>with exactly one of ${schema.oneOf.flatMap(({ required }) => required.map(code)).join(', ')}`
      : ''
    return [code(media), 'body', `${code(schemaText(schema))}${either}`]
  })
  return `<h4>Body</h4>${table(rows)}`
}

/** Successes in full; refusals are told once for all operations. */
function answerRows(responses: DocumentOperation['responses']): readonly (readonly string[])[] {
  const refused = Object.keys(responses).filter(status => '$ref' in responses[status]!)
  const done = Object.entries(responses).flatMap(([status, answer]) =>
    '$ref' in answer ? [] : [successRow(status, answer)],
  )
  return [...done, [code(refused.join(' ')), '', '<a href="#refusals">refusals</a>']]
}

function successRow(status: string, { description, headers, content = {} }: DocumentAnswer): string[] {
  const bodies = Object.entries(content).map(
    ([media, { schema }]) =>
      `<br>${code(media)} ${media === 'application/json' ? code(schemaText(schema)) : ''}`,
  )
  const told = Object.entries(headers).flatMap(([name, header]) => {
    if ('$ref' in header) return []
    const when = header.required ? '' : ' (optional)'
    return [`<br>${code(name)}${when} ${escapeHtml(header.description ?? schemaText(header.schema))}`]
  })
  return [code(status), '', `${escapeHtml(description)}${bodies.join('')}${told.join('')}`]
}

function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map(cells => `<tr>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>`)
  return `<table>${lines.join('')}</table>`
}

function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`
}

function anchor(name: string): string {
  return name.toLowerCase().replaceAll(/\W+/g, '-')
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)
}
