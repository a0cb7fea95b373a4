import type { FastifyInstance } from 'fastify'
import {
  type ListUsersAnswer,
  listUsers as operation,
  type UserAnswer,
} from '../../../contract/operations/administration/list-users.ts'
import type { ProjectUser, UserAdministration } from '../../../iam/administer-users.ts'
import { principalOf } from '../../guard/guard-routes.ts'

export function listUsersRoute(app: FastifyInstance, users: UserAdministration): void {
  app.get(operation.path, { config: { operation } }, async (request): Promise<ListUsersAnswer> => {
    return { users: (await users.listUsers(principalOf(request))).map(userAnswer) }
  })
}

/** A user as the wire shows him. */
export function userAnswer({ id, name, roles }: ProjectUser): UserAnswer {
  return { id, name, roles: [...roles] }
}
