import type { FastifyReply, FastifyRequest } from 'fastify'
import { readApiDocs } from '../../contract/operations/operating/read-api-document.ts'
import type { Site } from '../guard/require-same-origin.ts'
import { varyBy } from '../http/content-negotiation.ts'
import { basePathOf } from '../http/rewritten-request.ts'

/** Sends a person's browser from the address of the server, where no operation is, to the page about the API. Undefined for everything else. */
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
