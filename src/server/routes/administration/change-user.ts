import type { FastifyInstance } from 'fastify'
import {
  type ChangeUserAnswer,
  type ChangeUserBody,
  changeUser as operation,
  type UserParams,
} from '../../../contract/operations/administration/change-user.ts'
import type { UserAdministration } from '../../../iam/administer-users.ts'
import { principalOf } from '../../guard/guard-routes.ts'
import { userAnswer } from './list-users.ts'

/** Open to every member, as all may change their own password; who may do what else is decided by the use-case. */
export function changeUserRoute(app: FastifyInstance, users: UserAdministration): void {
  app.patch<{ Params: UserParams; Body: ChangeUserBody }>(
    operation.path,
    { schema: { params: operation.params, body: operation.body }, config: { operation } },
    async (request): Promise<ChangeUserAnswer> => {
      const { password, old_password: oldPassword, roles } = request.body
      const change = { password, oldPassword, roles: roles && new Set(roles) }
      const user = await users.changeUser(principalOf(request), request.params.name, change)
      const { endedKeys } = user
      return { ...userAnswer(user), ...(endedKeys !== undefined && { deleted: true, ended_keys: endedKeys }) }
    },
  )
}
