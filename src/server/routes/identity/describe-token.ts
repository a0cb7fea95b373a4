import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { describeToken as operation } from '../../../contract/operations/identity/describe-token.ts'
import type { Tokens } from '../../../iam/tokens.ts'
import { clientNetworkOf } from '../../guard/client-network.ts'
import { serve } from '../../http/serve.ts'
import { tokenBody } from '../../present/token-body.ts'

export function describeTokenRoute(app: FastifyInstance, tokens: Tokens, publicUrl: () => string): void {
  serve(app, operation, async ({ headers, query, received }, reply) => {
    const { own, subject } = tokensOfHeaders(headers)
    const known = await tokens.describeToken(own, subject, clientNetworkOf(received))
    reply.header('x-subject-token', subject ?? '').header('cache-control', 'no-store')
    return tokenBody(known, { publicUrl, withCatalog: query.nocatalog === undefined })
  })
}

/** The caller's own token and the one that the request is about; undefined where one is missing. */
export function tokensOfHeaders(headers: IncomingHttpHeaders): {
  readonly own: string | undefined
  readonly subject: string | undefined
} {
  return { own: textOf(headers['x-auth-token']), subject: textOf(headers['x-subject-token']) }
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
