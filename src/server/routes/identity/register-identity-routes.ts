import type { FastifyInstance } from 'fastify'
import type { ProjectAdministration } from '../../../iam/administer-projects.ts'
import type { TemporaryKeys } from '../../../iam/temporary-keys.ts'
import type { Tokens } from '../../../iam/tokens.ts'
import type { Site } from '../../guard/require-same-origin.ts'
import { createSessionRoute } from './create-session.ts'
import { createTemporaryKeyRoute } from './create-temporary-key.ts'
import { createTokenRoute } from './create-token.ts'
import { deleteSessionRoute } from './delete-session.ts'
import { describeTokenRoute } from './describe-token.ts'
import { discoverDomainsRoute } from './discover-domains.ts'
import { discoverProjectsRoute } from './discover-projects.ts'
import { revokeTokenRoute } from './revoke-token.ts'

interface Services {
  readonly tokens: Tokens
  readonly temporaryKeys: TemporaryKeys
  readonly projects: ProjectAdministration
}

/** Tokens, temporary access keys and browser sessions. */
export function registerIdentityRoutes(
  app: FastifyInstance,
  { tokens, temporaryKeys, projects }: Services,
  publicUrl: () => string,
  site: Site,
): void {
  createTokenRoute(app, tokens, publicUrl)
  describeTokenRoute(app, tokens, publicUrl)
  revokeTokenRoute(app, tokens)
  createTemporaryKeyRoute(app, temporaryKeys)
  createSessionRoute(app, tokens, site)
  deleteSessionRoute(app, tokens, site)
  discoverProjectsRoute(app, projects, publicUrl)
  discoverDomainsRoute(app, publicUrl)
}
