import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { openApiDocument } from '../../../contract/openapi.ts'
import type { Operation } from '../../../contract/operation.ts'
import { readApiDocs, readApiDocument } from '../../../contract/operations/operating/read-api-document.ts'
import { REFERENCE_POLICY, REFERENCE_SCRIPT_PATH, referencePage } from '../../docs/reference-page.ts'
import { createScriptReader } from '../../docs/reference-script.ts'
import { chooseEncoding, varyBy } from '../../http/content-negotiation.ts'
import { serve } from '../../http/serve.ts'

/** Serves `/openapi.json`, made at the first request: by then `served` lists every operation. */
export function readApiDocumentRoutes(
  app: FastifyInstance,
  served: readonly Operation[],
  version: string,
  publicUrl: () => string,
): void {
  let json: string | undefined
  serve(app, readApiDocument, async () => {
    json ??= JSON.stringify(openApiDocument(served, version, publicUrl()))
    return json
  })
  readApiDocsRoutes(app, version)
}

const uncompressed = promisify(gunzip)

/** Serves `/docs` and the script that the page needs. */
function readApiDocsRoutes(app: FastifyInstance, version: string): void {
  const page = referencePage(version)
  serve(app, readApiDocs, async (_request, reply) => {
    reply.type('text/html;charset=UTF-8').header('content-security-policy', REFERENCE_POLICY)
    reply.header('x-content-type-options', 'nosniff')
    return page
  })
  const readScript = createScriptReader()
  // The script is part of the page and not an operation of its own.
  app.get(REFERENCE_SCRIPT_PATH, { config: { operation: readApiDocs } }, async ({ headers }, reply) => {
    const script = await readScript()
    varyBy(reply, 'Accept-Encoding')
      .type('text/javascript;charset=UTF-8')
      .header('cache-control', 'public, max-age=86400')
      .header('x-content-type-options', 'nosniff')
    if (chooseEncoding(headers['accept-encoding'], ['gzip']) !== 'gzip')
      return reply.send(await uncompressed(script))
    return reply.header('content-encoding', 'gzip').send(script)
  })
}
