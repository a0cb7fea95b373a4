import type { FastifyInstance } from 'fastify'
import { isTailraceError } from '../../../contract/errors.ts'
import { deleteSession as operation } from '../../../contract/operations/identity/delete-session.ts'
import type { Tokens } from '../../../iam/tokens.ts'
import { clientNetworkOf } from '../../guard/client-network.ts'
import { requireSameOrigin, type Site } from '../../guard/require-same-origin.ts'
import { sessionCookie, sessionTokenOf } from '../../guard/session-cookie.ts'
import { serve } from '../../http/serve.ts'

export function deleteSessionRoute(app: FastifyInstance, tokens: Tokens, site: Site): void {
  serve(app, operation, async ({ received }, reply) => {
    const text = sessionTokenOf(received, site)
    if (text !== undefined) {
      requireSameOrigin(received, site)
      await tokens.revokeToken(text, text, clientNetworkOf(received)).catch(error => {
        // The session has ended already.
        if (!isTailraceError(error, 'not-authenticated')) throw error
      })
    }
    reply.header('set-cookie', sessionCookie(received, site, '', 0))
  })
}
