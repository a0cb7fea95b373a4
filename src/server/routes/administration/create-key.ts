import type { FastifyInstance } from 'fastify'
import {
  type CreateKeyAnswer,
  type CreateKeyBody,
  createKey as operation,
} from '../../../contract/operations/administration/create-key.ts'
import type { KeyAdministration } from '../../../iam/administer-keys.ts'
import { principalOf } from '../../guard/guard-routes.ts'
import { keyAnswer } from './list-keys.ts'

export function createKeyRoute(app: FastifyInstance, keys: KeyAdministration): void {
  app.post<{ Body: CreateKeyBody }>(
    operation.path,
    { schema: { body: operation.body }, config: { operation } },
    async (request, reply): Promise<CreateKeyAnswer> => {
      const made = await keys.createKey(principalOf(request), request.body.user)
      reply.code(201).header('cache-control', 'no-store')
      return { ...keyAnswer(made), secret_key: made.secretKey }
    },
  )
}
