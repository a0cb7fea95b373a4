import type { FastifyInstance } from 'fastify'
import {
  type ListKeysAnswer,
  listKeys as operation,
} from '../../../contract/operations/administration/list-keys.ts'
import type { KeyAdministration, KeyDescription } from '../../../iam/administer-keys.ts'
import { serve } from '../../http/serve.ts'

export function listKeysRoute(app: FastifyInstance, keys: KeyAdministration): void {
  serve(app, operation, async ({ who }) => ({ keys: (await keys.listKeys(who)).map(keyAnswer) }))
}

/** A key without its secret. */
export function keyAnswer({
  accessKey,
  userName,
  createdAtMs,
}: KeyDescription): ListKeysAnswer['keys'][number] {
  return { access_key: accessKey, user: userName, created_at: new Date(createdAtMs).toISOString() }
}
