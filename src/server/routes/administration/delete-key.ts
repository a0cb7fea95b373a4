import type { FastifyInstance } from 'fastify'
import {
  type DeleteKeyParams,
  deleteKey as operation,
} from '../../../contract/operations/administration/delete-key.ts'
import type { KeyAdministration } from '../../../iam/administer-keys.ts'
import { principalOf } from '../../guard/guard-routes.ts'

export function deleteKeyRoute(app: FastifyInstance, keys: KeyAdministration): void {
  app.delete<{ Params: DeleteKeyParams }>(
    operation.path,
    { schema: { params: operation.params }, config: { operation } },
    async (request, reply) => {
      await keys.deleteKey(principalOf(request), request.params.access_key)
      return reply.code(204).send()
    },
  )
}
