import Type from 'typebox'
import { operation } from '../../operation.ts'

/** Of lists as Keystone v3 answers them; they come in one piece. */
export const listLinks = Type.Object({
  self: Type.String(),
  next: Type.Null(),
  previous: Type.Null(),
})

/** The projects of the asking user, for any token or signature of his: how clients find the id of a project that they know by name (Keystone v3; docs/api.md §6). */
export const discoverProjects = operation({
  name: 'discover-projects',
  topic: 'identity',
  access: 'user',
  method: 'GET',
  path: '/v3/projects',
  summary: 'Find own projects by name',
  query: Type.Object({ name: Type.Optional(Type.String({ description: 'Only the project of this name.' })) }),
  answer: Type.Object({
    projects: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        domain_id: Type.String(),
        parent_id: Type.String({ description: 'The domain: projects are not nested.' }),
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
