import type { FastifyInstance } from 'fastify'
import { changeUser as operation } from '../../../contract/operations/administration/change-user.ts'
import type { UserAdministration } from '../../../iam/administer-users.ts'
import { serve } from '../../http/serve.ts'
import { userAnswer } from './list-users.ts'

/**
 * Open to every member, as each may change their own password. The use-case checks every other
 * change.
 */
export function changeUserRoute(app: FastifyInstance, users: UserAdministration): void {
  serve(app, operation, async ({ who, params, body }) => {
    const { password, old_password: oldPassword, roles } = body
    const user = await users.changeUser(who, params.name, {
      password,
      oldPassword,
      roles: roles && new Set(roles),
    })
    const { endedKeys } = user
    return { ...userAnswer(user), ...(endedKeys !== undefined && { deleted: true, ended_keys: endedKeys }) }
  })
}
