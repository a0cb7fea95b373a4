import type { FastifyInstance } from 'fastify'
import type { UserParams } from '../../../contract/operations/administration/change-user.ts'
import { deleteUser as operation } from '../../../contract/operations/administration/delete-user.ts'
import type { UserAdministration } from '../../../iam/administer-users.ts'
import { principalOf } from '../../guard/guard-routes.ts'

export function deleteUserRoute(app: FastifyInstance, users: UserAdministration): void {
  app.delete<{ Params: UserParams }>(
    operation.path,
    { schema: { params: operation.params }, config: { operation } },
    async (request, reply) => {
      await users.deleteUser(principalOf(request), request.params.name)
      return reply.code(204).send()
    },
  )
}
