import type { FastifyInstance } from 'fastify'
import { revokeToken as operation } from '../../contract/operations/revoke-token.ts'
import type { Tokens } from '../../iam/tokens.ts'
import { clientNetworkOf } from '../http/client-network.ts'
import { refuseAsKeystone } from '../http/refuse-as-keystone.ts'
import { tokensOfHeaders } from '../http/tokens-of-headers.ts'

export function revokeTokenRoute(app: FastifyInstance, tokens: Tokens): void {
  app.delete(
    operation.path,
    { config: { access: 'open' }, errorHandler: refuseAsKeystone },
    async (request, reply) => {
      const { own, subject } = tokensOfHeaders(request.headers)
      await tokens.revokeToken(own, subject, clientNetworkOf(request))
      return reply.code(204).send()
    },
  )
}
