import type { FastifyInstance } from 'fastify'
import {
  type CreateUserBody,
  createUser as operation,
} from '../../../contract/operations/administration/create-user.ts'
import type { UserAnswer } from '../../../contract/operations/administration/list-users.ts'
import type { UserAdministration } from '../../../iam/administer-users.ts'
import { principalOf } from '../../guard/guard-routes.ts'
import { userAnswer } from './list-users.ts'

export function createUserRoute(app: FastifyInstance, users: UserAdministration): void {
  app.post<{ Body: CreateUserBody }>(
    operation.path,
    { schema: { body: operation.body }, config: { operation } },
    async (request, reply): Promise<UserAnswer> => {
      const { name, password, roles = ['reader'] } = request.body
      const user = await users.createUser(principalOf(request), { name, password, roles: new Set(roles) })
      reply.code(201)
      return userAnswer(user)
    },
  )
}
