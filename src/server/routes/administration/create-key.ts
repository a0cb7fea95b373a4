import type { FastifyInstance } from 'fastify'
import { createKey as operation } from '../../../contract/operations/administration/create-key.ts'
import type { KeyAdministration } from '../../../iam/administer-keys.ts'
import { serve } from '../../http/serve.ts'
import { keyAnswer } from './list-keys.ts'

export function createKeyRoute(app: FastifyInstance, keys: KeyAdministration): void {
  serve(app, operation, async ({ who, body }, reply) => {
    const made = await keys.createKey(who, body.user)
    reply.header('cache-control', 'no-store')
    return { ...keyAnswer(made), secret_key: made.secretKey }
  })
}
