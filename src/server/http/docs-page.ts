import { createHash } from 'node:crypto'
import type { ServedOperation } from '../../contract/openapi.ts'

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2128; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1rem; margin: 2rem 0 .3rem; border-top: 1px solid #d8dee4; padding-top: 1rem; }
code { font: 14px ui-monospace, monospace; background: #f3f5f7; padding: .1rem .3rem; border-radius: 3px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; } td { padding: .25rem .6rem .25rem 0; vertical-align: top; border-top: 1px solid #eaeef2; }
td:first-child { width: 12rem; } nav a { display: inline-block; margin-right: 1rem; } .open { color: #57606a; font-size: 14px; }
@media (prefers-color-scheme: dark) { body { color: #d1d7e0; background: #14181d; } code { background: #22272e; } h2, td { border-color: #2d333b; } a { color: #6cb6ff; } }
`

/** Allows the page's own style and nothing else. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'`

/** The API on one page: each operation with its parameters. */
export function docsPage(served: readonly ServedOperation[], documentUrl: string): string {
  const sorted = served.toSorted((a, b) => a.operation.path.localeCompare(b.operation.path))
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tailrace API</title><style>${STYLE}</style>
<h1>Tailrace API</h1>
<p>${served.length} operations; the same as a machine reads it: <a href="${escapeHtml(documentUrl)}">openapi.json</a>.
Requests carry <code>X-Auth-Token</code>, <code>Authorization: Bearer</code> or a signature by an access key, unless an operation is open to everybody.
Errors are <code>{"error_code", "error_msg", "request_id"}</code>.</p>
<nav>${sorted.map(({ operation }) => `<a href="#${operation.name}">${operation.name}</a>`).join('\n')}</nav>
${sorted.map(describe).join('\n')}
</html>
`
}

function describe({ operation, isOpen }: ServedOperation): string {
  const { name, method, path, summary, params, query, body } = operation
  const rows = [...fields(params, 'path'), ...fields(query, 'query'), ...fields(body, 'body')]
  return `<h2 id="${name}"><code>${method} ${escapeHtml(path)}</code></h2>
<p>${escapeHtml(summary)}.${isOpen ? ' <span class="open">Open to everybody.</span>' : ''}</p>${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}`
}

interface Described {
  readonly properties?: Readonly<Record<string, { readonly description?: string; readonly type?: string }>>
  readonly required?: readonly string[]
}

function fields(schema: object | undefined, place: string): readonly string[] {
  const { properties = {}, required = [] } = (schema ?? {}) as Described
  return Object.entries(properties).map(
    ([name, { description = '', type = '' }]) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${place}${required.includes(name) ? '' : ', optional'}</td><td>${escapeHtml(description || type)}</td></tr>`,
  )
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)
}
