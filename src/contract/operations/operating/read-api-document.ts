import Type from 'typebox'
import { operation } from '../../operation.ts'

/** Returns the API as an OpenAPI 3.1 document. */
export const readApiDocument = operation({
  name: 'read-api-document',
  topic: 'operating',
  access: 'open',
  method: 'GET',
  path: '/openapi.json',
  summary: 'Read the OpenAPI document',
  answer: Type.Object({ openapi: Type.String() }),
})

/** Returns the same as a page for people. */
export const readApiDocs = operation({
  name: 'read-api-docs',
  topic: 'operating',
  access: 'open',
  method: 'GET',
  path: '/docs',
  summary: 'Open the API reference',
  media: 'text/html',
})
