import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../../contract/errors.ts'
import {
  createTemporaryKey as operation,
  TEMPORARY_KEY_DEFAULT_SECONDS,
} from '../../../contract/operations/identity/create-temporary-key.ts'
import { notAuthenticated } from '../../../iam/errors.ts'
import type { TemporaryKeys } from '../../../iam/temporary-keys.ts'
import { keystoneTime } from '../../../iam/token-text.ts'
import { clientNetworkOf } from '../../guard/client-network.ts'
import { serve } from '../../http/serve.ts'

export function createTemporaryKeyRoute(app: FastifyInstance, keys: TemporaryKeys): void {
  serve(app, operation, async ({ body, headers, received }, reply) => {
    const { methods, token } = body.auth.identity
    if (methods.some(method => method !== 'token'))
      throw new TailraceError('invalid-parameter', 'auth.identity.methods: only "token" is supported.')
    const text = token?.id ?? headers['x-auth-token']
    if (typeof text !== 'string' || text === '') throw notAuthenticated('x-auth-token not found')
    const lifeSeconds = token?.duration_seconds ?? TEMPORARY_KEY_DEFAULT_SECONDS
    const made = await keys.createKey(text, lifeSeconds * 1000, clientNetworkOf(received))
    reply.header('cache-control', 'no-store')
    return {
      credential: {
        access: made.accessKey,
        secret: made.secretKey,
        securitytoken: made.securityToken,
        expires_at: keystoneTime(made.expiresAtMs),
      },
    }
  })
}
