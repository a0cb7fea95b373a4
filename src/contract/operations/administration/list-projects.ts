import Type from 'typebox'
import { operation } from '../../operation.ts'
import { role } from '../../role-parameter.ts'

/** Lists the projects to which the caller belongs, with their roles in each. */
export const listProjects = operation({
  name: 'list-projects',
  topic: 'administration',
  access: 'member',
  method: 'GET',
  path: '/api/v1/projects',
  summary: 'List projects',
  description: 'The projects that you belong to, with your roles in each.',
  answer: Type.Object({
    projects: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), roles: Type.Array(role) })),
  }),
})

export type ListProjectsAnswer = Type.Static<typeof listProjects.answer>
