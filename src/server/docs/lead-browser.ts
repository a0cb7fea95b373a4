import type { FastifyReply, FastifyRequest } from 'fastify'
import { readApiDocs } from '../../contract/operations/operating/read-api-document.ts'
import type { Site } from '../guard/require-same-origin.ts'
import { varyBy } from '../http/content-negotiation.ts'
import { basePathOf } from '../http/rewritten-request.ts'

/**
 * Redirects a browser from `/`, where there is no operation, to the API reference. Undefined for
 * every other request.
 */
export function leadBrowser(
  { raw, method, headers }: FastifyRequest,
  reply: FastifyReply,
  { publicUrl }: Site,
): FastifyReply | undefined {
  const [path] = (raw.url ?? '').split('?')
  if (path !== '/' || (method !== 'GET' && method !== 'HEAD')) return undefined
  varyBy(reply, 'Accept')
  if (!/\btext\/html\b/i.test(headers.accept ?? '')) return undefined
  return reply
    .header('cache-control', 'no-store')
    .redirect(`${basePathOf(publicUrl)}${readApiDocs.path}`, 303)
}
