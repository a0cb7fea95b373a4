import type { FastifyInstance } from 'fastify'
import { createProject as operation } from '../../../contract/operations/administration/create-project.ts'
import type { ProjectAdministration } from '../../../iam/administer-projects.ts'
import { serve } from '../../http/serve.ts'

export function createProjectRoute(app: FastifyInstance, projects: ProjectAdministration): void {
  serve(app, operation, async ({ who, body }) => {
    const { id, name } = await projects.createProject(who, body.name)
    return { id, name }
  })
}
