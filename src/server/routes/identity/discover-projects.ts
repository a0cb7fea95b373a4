import type { FastifyInstance } from 'fastify'
import { discoverProjects as operation } from '../../../contract/operations/identity/discover-projects.ts'
import type { Project } from '../../../core/ports/credentials.ts'
import type { ProjectAdministration } from '../../../iam/administer-projects.ts'
import { serve } from '../../http/serve.ts'

export function discoverProjectsRoute(
  app: FastifyInstance,
  projects: ProjectAdministration,
  publicUrl: () => string,
): void {
  serve(app, operation, async ({ user, query: { name } }) => {
    const self = publicUrl() + operation.path
    const search = name === undefined ? '' : `?name=${encodeURIComponent(name)}`
    const own = (await projects.projectsOf(user)).map(({ project }) => project)
    return {
      projects: own
        .filter(project => name === undefined || project.name === name)
        .map(project => projectAnswer(project, self)),
      links: { self: self + search, next: null, previous: null },
    }
  })
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
