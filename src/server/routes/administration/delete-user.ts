import type { FastifyInstance } from 'fastify'
import { deleteUser as operation } from '../../../contract/operations/administration/delete-user.ts'
import type { UserAdministration } from '../../../iam/administer-users.ts'
import { serve } from '../../http/serve.ts'

export function deleteUserRoute(app: FastifyInstance, users: UserAdministration): void {
  serve(app, operation, ({ who, params }) => users.deleteUser(who, params.name))
}
