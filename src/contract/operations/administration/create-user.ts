import Type from 'typebox'
import { operation } from '../../operation.ts'
import { name } from '../../parameters.ts'
import { role } from '../../role-parameter.ts'
import { userAnswer } from './list-users.ts'

/** Creates a user in the caller's project. For admins. */
export const createUser = operation({
  name: 'create-user',
  topic: 'administration',
  access: 'own-admin',
  method: 'POST',
  path: '/api/v1/users',
  summary: 'Create a user',
  description: 'In your project.',
  statuses: [201],
  body: Type.Object({
    name: name('Unique in the domain.'),
    password: Type.String({ description: '8 to 256 characters.' }),
    roles: Type.Optional(Type.Array(role, { minItems: 1, description: 'Default: reader.' })),
  }),
  answer: userAnswer,
})

export type CreateUserBody = Type.Static<typeof createUser.body>
