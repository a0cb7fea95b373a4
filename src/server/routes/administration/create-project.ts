import type { FastifyInstance } from 'fastify'
import {
  type CreateProjectAnswer,
  type CreateProjectBody,
  createProject as operation,
} from '../../../contract/operations/administration/create-project.ts'
import type { ProjectAdministration } from '../../../iam/administer-projects.ts'
import { principalOf } from '../../guard/guard-routes.ts'

export function createProjectRoute(app: FastifyInstance, projects: ProjectAdministration): void {
  app.post<{ Body: CreateProjectBody }>(
    operation.path,
    { schema: { body: operation.body }, config: { operation } },
    async (request, reply): Promise<CreateProjectAnswer> => {
      const { id, name } = await projects.createProject(principalOf(request), request.body.name)
      reply.code(201)
      return { id, name }
    },
  )
}
