import type { FastifyInstance } from 'fastify'
import { isTailraceError } from '../../../contract/errors.ts'
import { deleteSession as operation } from '../../../contract/operations/identity/delete-session.ts'
import type { Tokens } from '../../../iam/tokens.ts'
import { clientNetworkOf } from '../../guard/client-network.ts'
import { requireSameOrigin, type Site } from '../../guard/require-same-origin.ts'
import { sessionCookie, sessionTokenOf } from '../../guard/session-cookie.ts'

export function deleteSessionRoute(app: FastifyInstance, tokens: Tokens, site: Site): void {
  app.delete(operation.path, { config: { operation } }, async (request, reply) => {
    const text = sessionTokenOf(request, site)
    if (text !== undefined) {
      requireSameOrigin(request, site)
      await tokens.revokeToken(text, text, clientNetworkOf(request)).catch(error => {
        // A session that has ended already needs no end.
        if (!isTailraceError(error, 'not-authenticated')) throw error
      })
    }
    return reply
      .code(204)
      .header('set-cookie', sessionCookie(request, site, '', 0))
      .send()
  })
}
