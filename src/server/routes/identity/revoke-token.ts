import type { FastifyInstance } from 'fastify'
import { revokeToken as operation } from '../../../contract/operations/identity/revoke-token.ts'
import type { Tokens } from '../../../iam/tokens.ts'
import { clientNetworkOf } from '../../guard/client-network.ts'
import { tokensOfHeaders } from '../../guard/tokens-of-headers.ts'
import { refuseAsKeystone } from '../../http/refuse-as-keystone.ts'

export function revokeTokenRoute(app: FastifyInstance, tokens: Tokens): void {
  app.delete(
    operation.path,
    { config: { operation }, errorHandler: refuseAsKeystone },
    async (request, reply) => {
      const { own, subject } = tokensOfHeaders(request.headers)
      await tokens.revokeToken(own, subject, clientNetworkOf(request))
      return reply.code(204).send()
    },
  )
}
