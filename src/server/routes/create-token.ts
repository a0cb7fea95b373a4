import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../contract/errors.ts'
import {
  type CreateTokenBody,
  type CreateTokenQuery,
  createToken as operation,
} from '../../contract/operations/create-token.ts'
import { KIB } from '../../contract/quantities.ts'
import type { IdOrName, Login, Tokens } from '../../iam/tokens.ts'
import { refuseAsKeystone } from '../http/refuse-as-keystone.ts'
import { tokenBody } from '../http/token-body.ts'

/** Anybody may send a body here. */
const BODY_MAX_BYTES = 128 * KIB

export function createTokenRoute(app: FastifyInstance, tokens: Tokens, publicUrl: () => string): void {
  app.post<{ Body: CreateTokenBody; Querystring: CreateTokenQuery }>(
    operation.path,
    {
      schema: { body: operation.body, querystring: operation.query },
      config: { access: 'open' },
      bodyLimit: BODY_MAX_BYTES,
      errorHandler: refuseAsKeystone,
    },
    async (request, reply) => {
      const { text, known } = await tokens.createToken(loginOf(request.body), request.ip)
      const withCatalog = request.query.nocatalog === undefined
      reply.code(201).header('x-subject-token', text).header('cache-control', 'no-store')
      return tokenBody(known, { publicUrl, withCatalog })
    },
  )
}

function loginOf({ auth: { identity, scope } }: CreateTokenBody): Login {
  const unsupported = identity.methods.find(method => method !== 'password')
  if (unsupported !== undefined)
    throw invalid(
      `auth.identity.methods: ${JSON.stringify(unsupported)} is not supported, only "password" is.`,
    )
  if (identity.password === undefined) throw invalid('auth.identity.password is missing.')
  const { id, name, domain, password } = identity.password.user
  if (id !== undefined) return { user: { id }, password, ...scopeOf(scope) }
  if (name === undefined || domain === undefined)
    throw invalid('auth.identity.password.user needs id, or name and domain.')
  const user = { name, domain: idOrName(domain, 'auth.identity.password.user.domain') }
  return { user, password, ...scopeOf(scope) }
}

function scopeOf(scope: CreateTokenBody['auth']['scope']): Pick<Login, 'scope'> {
  if (scope?.project !== undefined) {
    const { domain, ...project } = scope.project
    const named = idOrName(project, 'auth.scope.project')
    if ('id' in named || domain === undefined) return { scope: { project: named } }
    return { scope: { project: { ...named, domain: idOrName(domain, 'auth.scope.project.domain') } } }
  }
  if (scope?.domain !== undefined) return { scope: { domain: idOrName(scope.domain, 'auth.scope.domain') } }
  if (scope !== undefined) throw invalid('auth.scope needs project or domain.')
  return {}
}

function idOrName({ id, name }: { id?: string; name?: string }, place: string): IdOrName {
  if (id !== undefined) return { id }
  if (name !== undefined) return { name }
  throw invalid(`${place} needs id or name.`)
}

function invalid(message: string): TailraceError {
  return new TailraceError('invalid-parameter', message)
}
