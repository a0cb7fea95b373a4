import Type from 'typebox'
import { operation } from '../../operation.ts'

/** The API as an OpenAPI 3.1 document. */
export const readApiDocument = operation({
  name: 'read-api-document',
  topic: 'operating',
  access: 'open',
  method: 'GET',
  path: '/openapi.json',
  summary: 'Read this document',
  answer: Type.Object({ openapi: Type.String() }),
})

/** The same for people. */
export const readApiDocs = operation({
  name: 'read-api-docs',
  topic: 'operating',
  access: 'open',
  method: 'GET',
  path: '/docs',
  summary: 'Read about the API on a page',
  media: 'text/html',
})
