import type { FastifyInstance } from 'fastify'
import { openApiDocument } from '../../../contract/openapi.ts'
import type { Operation } from '../../../contract/operation.ts'
import { readApiDocs, readApiDocument } from '../../../contract/operations/operating/read-api-document.ts'
import { DOCS_POLICY, docsPage } from '../../docs/docs-page.ts'

/** `/openapi.json` and `/docs`, both made once, at the first request: by then `served` lists every operation. */
export function readApiDocumentRoutes(
  app: FastifyInstance,
  served: readonly Operation[],
  version: string,
  publicUrl: () => string,
): void {
  let made: { readonly json: string; readonly page: string } | undefined
  const texts = () => {
    if (made === undefined) {
      const document = openApiDocument(served, version, publicUrl())
      made = { json: JSON.stringify(document), page: docsPage(document) }
    }
    return made
  }
  app.get(readApiDocument.path, { config: { operation: readApiDocument } }, async (_request, reply) =>
    reply.type('application/json;charset=UTF-8').send(texts().json),
  )
  app.get(readApiDocs.path, { config: { operation: readApiDocs } }, async (_request, reply) => {
    reply.type('text/html;charset=UTF-8').header('content-security-policy', DOCS_POLICY)
    return reply.header('x-content-type-options', 'nosniff').send(texts().page)
  })
}
