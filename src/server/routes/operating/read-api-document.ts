import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { openApiDocument } from '../../../contract/openapi.ts'
import type { Operation } from '../../../contract/operation.ts'
import { readApiDocs, readApiDocument } from '../../../contract/operations/operating/read-api-document.ts'
import { REFERENCE_POLICY, REFERENCE_SCRIPT_PATH, referencePage } from '../../docs/reference-page.ts'
import { createScriptReader } from '../../docs/reference-script.ts'
import { chooseEncoding } from '../../http/accept-encoding.ts'
import { varyBy } from '../../http/vary-by.ts'

/** Serves `/openapi.json`, made at the first request: by then `served` lists every operation. */
export function readApiDocumentRoutes(
  app: FastifyInstance,
  served: readonly Operation[],
  version: string,
  publicUrl: () => string,
): void {
  let json: string | undefined
  app.get(readApiDocument.path, { config: { operation: readApiDocument } }, async (_request, reply) => {
    json ??= JSON.stringify(openApiDocument(served, version, publicUrl()))
    return reply.type('application/json;charset=UTF-8').send(json)
  })
  readApiDocsRoutes(app, version)
}

const uncompressed = promisify(gunzip)

/** Serves `/docs` and the script that the page needs. */
function readApiDocsRoutes(app: FastifyInstance, version: string): void {
  const page = referencePage(version)
  const config = { operation: readApiDocs }
  app.get(readApiDocs.path, { config }, async (_request, reply) => {
    reply.type('text/html;charset=UTF-8').header('content-security-policy', REFERENCE_POLICY)
    return reply.header('x-content-type-options', 'nosniff').send(page)
  })
  const readScript = createScriptReader()
  app.get(REFERENCE_SCRIPT_PATH, { config }, async ({ headers }, reply) => {
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
