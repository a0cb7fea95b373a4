import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../../contract/errors.ts'
import {
  type CreateSessionBody,
  createSession as operation,
} from '../../../contract/operations/identity/create-session.ts'
import type { NewToken, Tokens, WantedScope } from '../../../iam/tokens.ts'
import { clientNetworkOf } from '../../guard/client-network.ts'
import { requireSameOrigin, type Site } from '../../guard/require-same-origin.ts'
import { sessionCookie } from '../../guard/session-cookie.ts'
import { serve } from '../../http/serve.ts'

export function createSessionRoute(app: FastifyInstance, tokens: Tokens, site: Site): void {
  serve(app, operation, async ({ body, headers, received }, reply) => {
    const { origin, 'sec-fetch-site': fetchSite } = headers
    // A page of another site must not sign its visitor in under a name of its own choice.
    if (origin !== undefined || fetchSite !== undefined) requireSameOrigin(received, site)
    const { text, known } = await newToken(tokens, body, clientNetworkOf(received))
    const { token, user, project } = known
    if (project === undefined) throw new Error('a session is for a project')
    const maxAgeSeconds = Math.floor((token.expiresAtMs - token.issuedAtMs) / 1000)
    reply.header('cache-control', 'no-store')
    reply.header('set-cookie', sessionCookie(received, site, text, maxAgeSeconds))
    return {
      user: { id: user.id, name: user.name },
      project: { id: project.id, name: project.name },
      roles: [...token.roles],
      expires_at: new Date(token.expiresAtMs).toISOString(),
    }
  })
}

/** Always a new token, even if the caller sent a token. */
async function newToken(tokens: Tokens, body: CreateSessionBody, address: string): Promise<NewToken> {
  const { user, password, domain, token } = body
  if (token !== undefined) {
    if (user !== undefined || password !== undefined)
      throw new TailraceError('invalid-parameter', 'Either token, or user and password must be given.')
    return tokens.rescopeToken(token, scopeOf(body) ?? (await scopeOfToken(tokens, token, address)), address)
  }
  if (user === undefined || password === undefined)
    throw new TailraceError('invalid-parameter', 'user and password must be given, or token.')
  const scope = scopeOf(body)
  if (scope === undefined) throw projectMissing()
  const named = { name: user, ...(domain === undefined ? {} : { domain: { name: domain } }) }
  return tokens.createToken({ user: named, password, scope }, address)
}

function scopeOf({ project, project_id: id }: CreateSessionBody): WantedScope | undefined {
  if (project !== undefined && id !== undefined)
    throw new TailraceError('invalid-parameter', 'Either project or project_id must be given.')
  if (id !== undefined) return { project: { id } }
  return project === undefined ? undefined : { project: { name: project } }
}

async function scopeOfToken(tokens: Tokens, token: string, address: string): Promise<WantedScope> {
  const { project } = await tokens.describeToken(token, token, address)
  if (project === undefined) throw projectMissing()
  return { project: { id: project.id } }
}

function projectMissing(): TailraceError {
  return new TailraceError('invalid-parameter', 'project or project_id is missing.')
}
