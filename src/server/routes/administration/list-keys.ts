import type { FastifyInstance } from 'fastify'
import {
  type ListKeysAnswer,
  listKeys as operation,
} from '../../../contract/operations/administration/list-keys.ts'
import type { KeyAdministration, KeyDescription } from '../../../iam/administer-keys.ts'
import { principalOf } from '../../guard/guard-routes.ts'

export function listKeysRoute(app: FastifyInstance, keys: KeyAdministration): void {
  app.get(operation.path, { config: { operation } }, async (request): Promise<ListKeysAnswer> => {
    return { keys: (await keys.listKeys(principalOf(request))).map(keyAnswer) }
  })
}

/** A key as the wire shows it, without its secret. */
export function keyAnswer({
  accessKey,
  userName,
  createdAtMs,
}: KeyDescription): ListKeysAnswer['keys'][number] {
  return { access_key: accessKey, user: userName, created_at: new Date(createdAtMs).toISOString() }
}
