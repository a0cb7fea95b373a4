import Type from 'typebox'
import { operation } from '../../operation.ts'

const LIFE_MIN_SECONDS = 15 * 60
const LIFE_MAX_SECONDS = 24 * 60 * 60
/** Without `duration_seconds`. */
export const TEMPORARY_KEY_DEFAULT_SECONDS = LIFE_MIN_SECONDS

/**
 * Creates a temporary access key from a token, which is in the body or in X-Auth-Token. Requests
 * that are signed with the key carry X-Security-Token (docs/api.md §6).
 */
export const createTemporaryKey = operation({
  name: 'create-temporary-key',
  topic: 'identity',
  errorForm: 'keystone',
  access: 'open',
  method: 'POST',
  path: '/v3.0/OS-CREDENTIAL/securitytokens',
  summary: 'Create a temporary access key',
  description: 'Requests that are signed with the key must carry securitytoken as X-Security-Token.',
  headers: Type.Object({
    'X-Auth-Token': Type.Optional(
      Type.String({ description: 'The token to create the key from, unless the body has one.' }),
    ),
  }),
  statuses: [201],
  errors: [401, 403],
  body: Type.Object({
    auth: Type.Object({
      identity: Type.Object({
        methods: Type.Array(Type.String(), { minItems: 1 }),
        token: Type.Optional(
          Type.Object({
            id: Type.Optional(Type.String({ minLength: 1 })),
            duration_seconds: Type.Optional(
              Type.Integer({ minimum: LIFE_MIN_SECONDS, maximum: LIFE_MAX_SECONDS }),
            ),
          }),
        ),
      }),
    }),
  }),
  answer: Type.Object({
    credential: Type.Object({
      access: Type.String(),
      secret: Type.String(),
      securitytoken: Type.String(),
      expires_at: Type.String({ description: 'UTC, with microseconds. Never later than the token.' }),
    }),
  }),
})

export type CreateTemporaryKeyBody = Type.Static<typeof createTemporaryKey.body>
export type CreateTemporaryKeyAnswer = Type.Static<typeof createTemporaryKey.answer>
