import type { FastifyInstance } from 'fastify'
import type { KeyAdministration } from '../../../iam/administer-keys.ts'
import type { ProjectAdministration } from '../../../iam/administer-projects.ts'
import type { UserAdministration } from '../../../iam/administer-users.ts'
import type { TemporaryKeys } from '../../../iam/temporary-keys.ts'
import type { Tokens } from '../../../iam/tokens.ts'
import type { Site } from '../../guard/require-same-origin.ts'
import { changeUserRoute } from '../administration/change-user.ts'
import { createKeyRoute } from '../administration/create-key.ts'
import { createProjectRoute } from '../administration/create-project.ts'
import { createUserRoute } from '../administration/create-user.ts'
import { deleteKeyRoute } from '../administration/delete-key.ts'
import { deleteUserRoute } from '../administration/delete-user.ts'
import { listKeysRoute } from '../administration/list-keys.ts'
import { listProjectsRoute } from '../administration/list-projects.ts'
import { listUsersRoute } from '../administration/list-users.ts'
import { createSessionRoute } from './create-session.ts'
import { createTemporaryKeyRoute } from './create-temporary-key.ts'
import { createTokenRoute } from './create-token.ts'
import { deleteSessionRoute } from './delete-session.ts'
import { describeTokenRoute } from './describe-token.ts'
import { discoverDomainsRoute } from './discover-domains.ts'
import { discoverProjectsRoute } from './discover-projects.ts'
import { revokeTokenRoute } from './revoke-token.ts'

export interface IdentityServices {
  readonly tokens: Tokens
  readonly temporaryKeys: TemporaryKeys
  readonly users: UserAdministration
  readonly keys: KeyAdministration
  readonly projects: ProjectAdministration
}

/** Tokens and sessions, and the administration of projects, users and keys. */
export function identityRoutes(
  app: FastifyInstance,
  services: IdentityServices,
  publicUrl: () => string,
  site: Site,
): void {
  const { tokens, temporaryKeys, users, keys, projects } = services
  createTokenRoute(app, tokens, publicUrl)
  describeTokenRoute(app, tokens, publicUrl)
  revokeTokenRoute(app, tokens)
  createTemporaryKeyRoute(app, temporaryKeys)
  createSessionRoute(app, tokens, site)
  deleteSessionRoute(app, tokens, site)
  discoverProjectsRoute(app, projects, publicUrl)
  discoverDomainsRoute(app, publicUrl)
  listProjectsRoute(app, projects)
  createProjectRoute(app, projects)
  listUsersRoute(app, users)
  createUserRoute(app, users)
  changeUserRoute(app, users)
  deleteUserRoute(app, users)
  listKeysRoute(app, keys)
  createKeyRoute(app, keys)
  deleteKeyRoute(app, keys)
}
