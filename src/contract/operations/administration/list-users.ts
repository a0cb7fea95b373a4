import Type from 'typebox'
import { operation } from '../../operation.ts'
import { role } from '../../role-parameter.ts'

export const userAnswer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  roles: Type.Array(role, { description: "In the caller's project." }),
})

/** Lists the members of the caller's project. For admins. */
export const listUsers = operation({
  name: 'list-users',
  topic: 'administration',
  access: 'own-admin',
  method: 'GET',
  path: '/api/v1/users',
  summary: 'List users',
  description: 'The members of your project.',
  answer: Type.Object({ users: Type.Array(userAnswer) }),
})

export type UserAnswer = Type.Static<typeof userAnswer>
export type ListUsersAnswer = Type.Static<typeof listUsers.answer>
