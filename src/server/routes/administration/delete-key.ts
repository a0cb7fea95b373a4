import type { FastifyInstance } from 'fastify'
import { deleteKey as operation } from '../../../contract/operations/administration/delete-key.ts'
import type { KeyAdministration } from '../../../iam/administer-keys.ts'
import { serve } from '../../http/serve.ts'

export function deleteKeyRoute(app: FastifyInstance, keys: KeyAdministration): void {
  serve(app, operation, ({ who, params }) => keys.deleteKey(who, params.access_key))
}
