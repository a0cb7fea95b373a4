import Type from 'typebox'
import { operation } from '../../operation.ts'
import { name } from '../../parameters.ts'

/** Creates a project in the caller's domain. The caller gets every role in it. For admins. */
export const createProject = operation({
  name: 'create-project',
  topic: 'administration',
  access: 'own-admin',
  method: 'POST',
  path: '/api/v1/projects',
  summary: 'Create a project',
  description: 'In your domain. You get every role in it.',
  statuses: [201],
  body: Type.Object({ name: name('Unique in the domain. CodeArts Build clients use it as their region.') }),
  answer: Type.Object({ id: Type.String(), name: Type.String() }),
})

export type CreateProjectBody = Type.Static<typeof createProject.body>
export type CreateProjectAnswer = Type.Static<typeof createProject.answer>
