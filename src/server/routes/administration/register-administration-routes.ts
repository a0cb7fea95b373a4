import type { FastifyInstance } from 'fastify'
import type { KeyAdministration } from '../../../iam/administer-keys.ts'
import type { ProjectAdministration } from '../../../iam/administer-projects.ts'
import type { UserAdministration } from '../../../iam/administer-users.ts'
import { changeUserRoute } from './change-user.ts'
import { createKeyRoute } from './create-key.ts'
import { createProjectRoute } from './create-project.ts'
import { createUserRoute } from './create-user.ts'
import { deleteBuildRoute } from './delete-build.ts'
import { deleteJobRoute } from './delete-job.ts'
import { deleteKeyRoute } from './delete-key.ts'
import { deleteUserRoute } from './delete-user.ts'
import { listKeysRoute } from './list-keys.ts'
import { listProjectsRoute } from './list-projects.ts'
import { listUsersRoute } from './list-users.ts'
import { setRetentionRoute } from './set-retention.ts'

interface CredentialServices {
  readonly projects: ProjectAdministration
  readonly users: UserAdministration
  readonly keys: KeyAdministration
}

type StorePorts = Parameters<typeof deleteBuildRoute>[1] &
  Parameters<typeof deleteJobRoute>[1] &
  Parameters<typeof setRetentionRoute>[1]

/** Projects, users and access keys. */
export function registerCredentialRoutes(
  app: FastifyInstance,
  { projects, users, keys }: CredentialServices,
): void {
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

/** Projects, users, access keys, deletion and retention. */
export function registerAdministrationRoutes(
  app: FastifyInstance,
  services: CredentialServices,
  ports: StorePorts,
): void {
  registerCredentialRoutes(app, services)
  deleteBuildRoute(app, ports)
  deleteJobRoute(app, ports)
  setRetentionRoute(app, ports)
}
