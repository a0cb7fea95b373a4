import type { FastifyInstance } from 'fastify'
import { listProjects as operation } from '../../../contract/operations/administration/list-projects.ts'
import type { ProjectAdministration } from '../../../iam/administer-projects.ts'
import { serve } from '../../http/serve.ts'

export function listProjectsRoute(app: FastifyInstance, projects: ProjectAdministration): void {
  serve(app, operation, async ({ who }) => {
    const memberships = await projects.listProjects(who)
    return {
      projects: memberships.map(({ project, roles }) => ({
        id: project.id,
        name: project.name,
        roles: [...roles],
      })),
    }
  })
}
