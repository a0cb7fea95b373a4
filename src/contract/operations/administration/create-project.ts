import Type from 'typebox'
import { operation } from '../../operation.ts'
import { name } from '../../parameters.ts'

/** Makes a project beside the caller's, of which he is reader, runner and admin. For admins. */
export const createProject = operation({
  name: 'create-project',
  topic: 'administration',
  access: 'own-admin',
  method: 'POST',
  path: '/api/v1/projects',
  summary: 'Create a project',
  statuses: [201],
  body: Type.Object({ name: name('Unique in the domain; clients know it as their region.') }),
  answer: Type.Object({ id: Type.String(), name: Type.String() }),
})

export type CreateProjectBody = Type.Static<typeof createProject.body>
export type CreateProjectAnswer = Type.Static<typeof createProject.answer>
