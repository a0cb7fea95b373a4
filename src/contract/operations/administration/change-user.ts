import Type from 'typebox'
import { operation } from '../../operation.ts'
import { role } from '../../role-parameter.ts'
import { userAnswer } from './list-users.ts'

export const userParams = Type.Object({ name: Type.String({ minLength: 1 }) })

/**
 * Sets a user's password or their roles in the caller's project. With an empty list of roles the
 * user leaves the project; if it was their last one, their account is deleted. For admins; with
 * `old_password`, users can set their own password. If a user also belongs to another project, only
 * they can set their password.
 */
export const changeUser = operation({
  name: 'change-user',
  topic: 'administration',
  access: 'member',
  method: 'PATCH',
  path: '/api/v1/users/:name',
  summary: 'Change a user',
  description:
    'Sets the password, or the roles in your project. An empty list of roles removes the user from the project. Users set their own password with old_password; only they can if they also belong to another project.',
  params: userParams,
  body: Type.Object({
    password: Type.Optional(Type.String({ description: '8 to 256 characters.' })),
    old_password: Type.Optional(Type.String()),
    roles: Type.Optional(Type.Array(role)),
  }),
  answer: Type.Interface([userAnswer], {
    deleted: Type.Optional(
      Type.Boolean({ description: 'True if the user left their last project, which deletes their account.' }),
    ),
    ended_keys: Type.Optional(
      Type.Integer({ description: 'How many access keys were deleted with the account.' }),
    ),
  }),
})

export type UserParams = Type.Static<typeof userParams>
export type ChangeUserAnswer = Type.Static<typeof changeUser.answer>
export type ChangeUserBody = Type.Static<typeof changeUser.body>
