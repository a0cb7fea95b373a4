import type { FastifyInstance } from 'fastify'
import type { CreateTokenQuery } from '../../../contract/operations/identity/create-token.ts'
import { describeToken as operation } from '../../../contract/operations/identity/describe-token.ts'
import type { Tokens } from '../../../iam/tokens.ts'
import { clientNetworkOf } from '../../guard/client-network.ts'
import { tokensOfHeaders } from '../../guard/tokens-of-headers.ts'
import { refuseAsKeystone } from '../../http/refuse-as-keystone.ts'
import { tokenBody } from '../../present/token-body.ts'

export function describeTokenRoute(app: FastifyInstance, tokens: Tokens, publicUrl: () => string): void {
  app.route<{ Querystring: CreateTokenQuery }>({
    method: ['GET', 'HEAD'],
    url: operation.path,
    schema: { querystring: operation.query },
    config: { operation },
    errorHandler: refuseAsKeystone,
    handler: async (request, reply) => {
      const { own, subject } = tokensOfHeaders(request.headers)
      const known = await tokens.describeToken(own, subject, clientNetworkOf(request))
      reply.header('x-subject-token', subject ?? '').header('cache-control', 'no-store')
      if (request.method === 'HEAD') return reply.send()
      return tokenBody(known, { publicUrl, withCatalog: request.query.nocatalog === undefined })
    },
  })
}
