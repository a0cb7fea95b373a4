import Type from 'typebox'
import { operation } from '../../operation.ts'
import { role } from '../../role-parameter.ts'
import { userAnswer } from './list-users.ts'

export const userParams = Type.Object({ name: Type.String({ minLength: 1 }) })

/**
 * Sets a user's password or his roles in the caller's project; without roles he leaves it, and if it was his last, his account is deleted. For admins; with `old_password`, everybody may set his
 * own password. The password of a user who belongs to another project too is set by himself alone.
 */
export const changeUser = operation({
  name: 'change-user',
  topic: 'administration',
  access: 'member',
  method: 'PATCH',
  path: '/api/v1/users/:name',
  summary: 'Change a user',
  params: userParams,
  body: Type.Object({
    password: Type.Optional(Type.String({ description: '8 to 256 characters.' })),
    old_password: Type.Optional(Type.String()),
    roles: Type.Optional(Type.Array(role)),
  }),
  answer: Type.Interface([userAnswer], {
    deleted: Type.Optional(
      Type.Boolean({ description: 'true when he left his last project, and his account went with it.' }),
    ),
    ended_keys: Type.Optional(
      Type.Integer({ description: 'Of a deleted user: how many access keys ended with the account.' }),
    ),
  }),
})

export type UserParams = Type.Static<typeof userParams>
export type ChangeUserAnswer = Type.Static<typeof changeUser.answer>
export type ChangeUserBody = Type.Static<typeof changeUser.body>
