import Type from 'typebox'
import { operation } from '../../operation.ts'

/** The links of a Keystone v3 list. Lists have a single page. */
export const listLinks = Type.Object({
  self: Type.String(),
  next: Type.Null(),
  previous: Type.Null(),
})

/**
 * Returns the projects of the caller, for a token or signature of any scope. Clients use it to find
 * the id of a project by name (Keystone v3; docs/api.md §6).
 */
export const discoverProjects = operation({
  name: 'discover-projects',
  topic: 'identity',
  errorForm: 'keystone',
  access: 'user',
  method: 'GET',
  path: '/v3/projects',
  summary: 'Find your projects',
  query: Type.Object({
    name: Type.Optional(Type.String({ description: 'Only the project with this name.' })),
  }),
  answer: Type.Object({
    projects: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        domain_id: Type.String(),
        parent_id: Type.String({ description: 'The id of the domain: projects are not nested.' }),
        is_domain: Type.Boolean(),
        enabled: Type.Boolean(),
        description: Type.String(),
        links: Type.Object({ self: Type.String() }),
      }),
    ),
    links: listLinks,
  }),
})

export type DiscoverProjectsQuery = Type.Static<typeof discoverProjects.query>
export type DiscoverProjectsAnswer = Type.Static<typeof discoverProjects.answer>
