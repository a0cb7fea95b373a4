import type { FastifyInstance } from 'fastify'
import {
  type ListProjectsAnswer,
  listProjects as operation,
} from '../../../contract/operations/administration/list-projects.ts'
import type { ProjectAdministration } from '../../../iam/administer-projects.ts'
import { principalOf } from '../../guard/guard-routes.ts'

export function listProjectsRoute(app: FastifyInstance, projects: ProjectAdministration): void {
  app.get(operation.path, { config: { operation } }, async (request): Promise<ListProjectsAnswer> => {
    const memberships = await projects.listProjects(principalOf(request))
    return {
      projects: memberships.map(({ project, roles }) => ({
        id: project.id,
        name: project.name,
        roles: [...roles],
      })),
    }
  })
}
