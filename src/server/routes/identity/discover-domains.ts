import type { FastifyInstance } from 'fastify'
import {
  type DiscoverDomainsAnswer,
  discoverDomains as operation,
} from '../../../contract/operations/identity/discover-domains.ts'
import { userOf } from '../../guard/guard-routes.ts'
import { refuseAsKeystone } from '../../http/refuse-as-keystone.ts'

export function discoverDomainsRoute(app: FastifyInstance, publicUrl: () => string): void {
  app.get(
    operation.path,
    { config: { operation }, errorHandler: refuseAsKeystone },
    async (request): Promise<DiscoverDomainsAnswer> => {
      const { id, name } = userOf(request).domain
      const links = { self: `${publicUrl()}/v3/domains/${id}` }
      return {
        domains: [{ id, name, enabled: true, description: '', links }],
        links: { self: publicUrl() + operation.path, next: null, previous: null },
      }
    },
  )
}
