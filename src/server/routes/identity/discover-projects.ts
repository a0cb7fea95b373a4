import type { FastifyInstance } from 'fastify'
import {
  type DiscoverProjectsAnswer,
  type DiscoverProjectsQuery,
  discoverProjects as operation,
} from '../../../contract/operations/identity/discover-projects.ts'
import type { Project } from '../../../core/ports/credentials.ts'
import type { ProjectAdministration } from '../../../iam/administer-projects.ts'
import { userOf } from '../../guard/guard-routes.ts'
import { refuseAsKeystone } from '../../http/refuse-as-keystone.ts'

export function discoverProjectsRoute(
  app: FastifyInstance,
  projects: ProjectAdministration,
  publicUrl: () => string,
): void {
  app.get<{ Querystring: DiscoverProjectsQuery }>(
    operation.path,
    { schema: { querystring: operation.query }, config: { operation }, errorHandler: refuseAsKeystone },
    async (request): Promise<DiscoverProjectsAnswer> => {
      const { name } = request.query
      const self = publicUrl() + operation.path
      const query = name === undefined ? '' : `?name=${encodeURIComponent(name)}`
      const own = (await projects.projectsOf(userOf(request))).map(({ project }) => project)
      return {
        projects: own
          .filter(project => name === undefined || project.name === name)
          .map(project => projectAnswer(project, self)),
        links: { self: self + query, next: null, previous: null },
      }
    },
  )
}

function projectAnswer({ id, name, domain }: Project, self: string) {
  return {
    id,
    name,
    domain_id: domain.id,
    parent_id: domain.id,
    is_domain: false,
    enabled: true,
    description: '',
    links: { self: `${self}/${id}` },
  }
}
