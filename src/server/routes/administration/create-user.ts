import type { FastifyInstance } from 'fastify'
import { createUser as operation } from '../../../contract/operations/administration/create-user.ts'
import type { Role } from '../../../contract/roles.ts'
import type { UserAdministration } from '../../../iam/administer-users.ts'
import { serve } from '../../http/serve.ts'
import { userAnswer } from './list-users.ts'

const DEFAULT_ROLE: Role = 'reader'

export function createUserRoute(app: FastifyInstance, users: UserAdministration): void {
  serve(app, operation, async ({ who, body: { name, password, roles = [DEFAULT_ROLE] } }) =>
    userAnswer(await users.createUser(who, { name, password, roles: new Set(roles) })),
  )
}
