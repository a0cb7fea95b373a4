import Type from 'typebox'
import { operation } from '../../operation.ts'
import { listLinks } from './discover-projects.ts'

/**
 * Returns the domain of the caller, for a token or signature of any scope (Keystone v3; docs/api.md
 * §6).
 */
export const discoverDomains = operation({
  name: 'discover-domains',
  topic: 'identity',
  errorForm: 'keystone',
  access: 'user',
  method: 'GET',
  path: '/v3/auth/domains',
  summary: 'Find your domain',
  answer: Type.Object({
    domains: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        enabled: Type.Boolean(),
        description: Type.String(),
        links: Type.Object({ self: Type.String() }),
      }),
    ),
    links: listLinks,
  }),
})

export type DiscoverDomainsAnswer = Type.Static<typeof discoverDomains.answer>
