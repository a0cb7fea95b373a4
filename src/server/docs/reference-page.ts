/**
 * The page at /docs: the OpenAPI document in Scalar's API reference, without a request to any other
 * host.
 */
import { createHash } from 'node:crypto'

/** Where the page finds the script of the API reference. */
export const REFERENCE_SCRIPT_PATH = '/docs/reference.js'

/** Off: what would load from, or send to, a server of Scalar's. */
const CONFIGURATION = {
  url: 'openapi.json',
  telemetry: false,
  withDefaultFonts: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
  proxyUrl: '',
  documentDownloadType: 'json',
  hideModels: true,
}

/**
 * Requests that a reader tries go to the address of the page, which the policy allows, and not to
 * the public URL, which may be another. The first line keeps a schema library in the script from
 * trying whether it may use eval.
 */
const START = `
globalThis.__zod_globalConfig = { jitless: true }
addEventListener('DOMContentLoaded', () => Scalar.createApiReference('#reference', {
  ...${JSON.stringify(CONFIGURATION)},
  servers: [{ url: new URL('.', location.href).href.replace(/\\/$/, '') }],
}))
`

/**
 * Only scripts of this page, and connections only to this server. Styles are free, because the API
 * reference writes them into its elements; without other sources they cannot carry anything out.
 */
export const REFERENCE_POLICY = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash('sha256').update(START).digest('base64')}'`,
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The page. Its links are relative, so that it works below any base path. */
export function referencePage(version: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tailrace API</title>
<link rel="icon" href="data:,">
<script>${START}</script>
<body>
<noscript>This page needs JavaScript. The same as a document: <a href="openapi.json">openapi.json</a>.</noscript>
<div id="reference"></div>
<script src="${REFERENCE_SCRIPT_PATH.slice(1)}?version=${encodeURIComponent(version)}"></script>
</body>
</html>
`
}
