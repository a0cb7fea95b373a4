import type { FastifyInstance } from 'fastify'
import { discoverDomains as operation } from '../../../contract/operations/identity/discover-domains.ts'
import { serve } from '../../http/serve.ts'

export function discoverDomainsRoute(app: FastifyInstance, publicUrl: () => string): void {
  serve(app, operation, async ({ user }) => {
    const { id, name } = user.domain
    const links = { self: `${publicUrl()}/v3/domains/${id}` }
    return {
      domains: [{ id, name, enabled: true, description: '', links }],
      links: { self: publicUrl() + operation.path, next: null, previous: null },
    }
  })
}
