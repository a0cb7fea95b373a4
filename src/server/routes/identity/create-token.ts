import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../../contract/errors.ts'
import {
  type CreateTokenBody,
  createToken as operation,
} from '../../../contract/operations/identity/create-token.ts'
import type { IdOrName, Login, NewToken, Tokens, WantedScope } from '../../../iam/tokens.ts'
import { clientNetworkOf } from '../../guard/client-network.ts'
import { serve } from '../../http/serve.ts'
import { tokenBody } from '../../present/token-body.ts'

type PasswordUser = NonNullable<CreateTokenBody['auth']['identity']['password']>['user']

export function createTokenRoute(app: FastifyInstance, tokens: Tokens, publicUrl: () => string): void {
  serve(app, operation, async ({ body, query, received }, reply) => {
    const { text, known } = await newToken(tokens, body, clientNetworkOf(received))
    reply.header('x-subject-token', text).header('cache-control', 'no-store')
    return tokenBody(known, { publicUrl, withCatalog: query.nocatalog === undefined })
  })
}

async function newToken(tokens: Tokens, { auth }: CreateTokenBody, address: string): Promise<NewToken> {
  const { methods, token, password } = auth.identity
  const scope = scopeOf(auth.scope)
  const [method, another] = new Set(methods)
  if (another !== undefined || (method !== 'password' && method !== 'token'))
    throw invalid(
      'auth.identity.methods must be "password" or "token"; no other, and not several, are supported.',
    )
  if (method === 'token') {
    if (token === undefined) throw invalid('auth.identity.token is missing.')
    return tokens.rescopeToken(token.id, scope, address)
  }
  if (password === undefined) throw invalid('auth.identity.password is missing.')
  const { user } = password
  return tokens.createToken({ user: userOf(user), password: user.password, ...(scope && { scope }) }, address)
}

function userOf({ id, name, domain }: PasswordUser): Login['user'] {
  if (id !== undefined) return { id }
  if (name === undefined || domain === undefined)
    throw invalid('auth.identity.password.user needs id, or name and domain.')
  return { name, domain: idOrName(domain, 'auth.identity.password.user.domain') }
}

function scopeOf(scope: CreateTokenBody['auth']['scope']): WantedScope | undefined {
  if (scope?.project !== undefined) {
    const { domain, ...project } = scope.project
    const named = idOrName(project, 'auth.scope.project')
    if ('id' in named || domain === undefined) return { project: named }
    return { project: { ...named, domain: idOrName(domain, 'auth.scope.project.domain') } }
  }
  if (scope?.domain !== undefined) return { domain: idOrName(scope.domain, 'auth.scope.domain') }
  if (scope !== undefined) throw invalid('auth.scope needs project or domain.')
  return undefined
}

function idOrName({ id, name }: { id?: string; name?: string }, place: string): IdOrName {
  if (id !== undefined) return { id }
  if (name !== undefined) return { name }
  throw invalid(`${place} needs id or name.`)
}

function invalid(message: string): TailraceError {
  return new TailraceError('invalid-parameter', message)
}
