import type { FastifyInstance } from 'fastify'
import {
  listUsers as operation,
  type UserAnswer,
} from '../../../contract/operations/administration/list-users.ts'
import type { ProjectUser, UserAdministration } from '../../../iam/administer-users.ts'
import { serve } from '../../http/serve.ts'

export function listUsersRoute(app: FastifyInstance, users: UserAdministration): void {
  serve(app, operation, async ({ who }) => ({ users: (await users.listUsers(who)).map(userAnswer) }))
}

/** A user with the roles that they have in the caller's project. */
export function userAnswer({ id, name, roles }: ProjectUser): UserAnswer {
  return { id, name, roles: [...roles] }
}
