import type { FastifyInstance } from 'fastify'
import { revokeToken as operation } from '../../../contract/operations/identity/revoke-token.ts'
import type { Tokens } from '../../../iam/tokens.ts'
import { clientNetworkOf } from '../../guard/client-network.ts'
import { serve } from '../../http/serve.ts'
import { tokensOfHeaders } from './describe-token.ts'

export function revokeTokenRoute(app: FastifyInstance, tokens: Tokens): void {
  serve(app, operation, async ({ headers, received }) => {
    const { own, subject } = tokensOfHeaders(headers)
    await tokens.revokeToken(own, subject, clientNetworkOf(received))
  })
}
