import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../../contract/errors.ts'
import {
  type CreateTemporaryKeyAnswer,
  type CreateTemporaryKeyBody,
  createTemporaryKey as operation,
  TEMPORARY_KEY_DEFAULT_SECONDS,
} from '../../../contract/operations/identity/create-temporary-key.ts'
import { KIB } from '../../../contract/quantities.ts'
import { notAuthenticated } from '../../../iam/refusal.ts'
import type { TemporaryKeys } from '../../../iam/temporary-keys.ts'
import { keystoneTime } from '../../../iam/token-text.ts'
import { clientNetworkOf } from '../../guard/client-network.ts'
import { refuseAsKeystone } from '../../http/refuse-as-keystone.ts'

/** Anybody may send a body here. */
const BODY_MAX_BYTES = 128 * KIB

export function createTemporaryKeyRoute(app: FastifyInstance, keys: TemporaryKeys): void {
  app.post<{ Body: CreateTemporaryKeyBody }>(
    operation.path,
    {
      schema: { body: operation.body },
      config: { operation },
      bodyLimit: BODY_MAX_BYTES,
      errorHandler: refuseAsKeystone,
    },
    async (request, reply): Promise<CreateTemporaryKeyAnswer> => {
      const { methods, token } = request.body.auth.identity
      if (methods.some(method => method !== 'token'))
        throw new TailraceError('invalid-parameter', 'auth.identity.methods: only "token" is supported.')
      const text = token?.id ?? request.headers['x-auth-token']
      if (typeof text !== 'string' || text === '') throw notAuthenticated('x-auth-token not found')
      const lifeSeconds = token?.duration_seconds ?? TEMPORARY_KEY_DEFAULT_SECONDS
      const made = await keys.createKey(text, lifeSeconds * 1000, clientNetworkOf(request))
      reply.code(201).header('cache-control', 'no-store')
      return {
        credential: {
          access: made.accessKey,
          secret: made.secretKey,
          securitytoken: made.securityToken,
          expires_at: keystoneTime(made.expiresAtMs),
        },
      }
    },
  )
}
