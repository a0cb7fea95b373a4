import type { FastifyInstance } from 'fastify'
import { openApiDocument, type ServedOperation } from '../../../contract/openapi.ts'
import { readApiDocs, readApiDocument } from '../../../contract/operations/operating/read-api-document.ts'
import { DOCS_POLICY, docsPage } from '../../docs/docs-page.ts'

/** `/openapi.json` and `/docs`; `served` is asked with the first request, when every route is registered. Both are made once, as everybody may ask for them. */
export function readApiDocumentRoutes(
  app: FastifyInstance,
  served: () => readonly ServedOperation[],
  version: string,
  publicUrl: () => string,
): void {
  let made: { readonly json: string; readonly page: string } | undefined
  const texts = () => {
    if (made === undefined) {
      const document = openApiDocument(served(), version, publicUrl())
      made = { json: JSON.stringify(document), page: docsPage(document) }
    }
    return made
  }
  app.get(readApiDocument.path, { config: { access: 'open' } }, async (_request, reply) =>
    reply.type('application/json;charset=UTF-8').send(texts().json),
  )
  app.get(readApiDocs.path, { config: { access: 'open' } }, async (_request, reply) => {
    reply.type('text/html;charset=UTF-8').header('content-security-policy', DOCS_POLICY)
    return reply.header('x-content-type-options', 'nosniff').send(texts().page)
  })
}
