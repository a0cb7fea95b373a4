import Type from 'typebox'
import { operation } from '../../operation.ts'

const LIFE_MIN_SECONDS = 15 * 60
const LIFE_MAX_SECONDS = 24 * 60 * 60
/** Without `duration_seconds`. */
export const TEMPORARY_KEY_DEFAULT_SECONDS = LIFE_MIN_SECONDS

/** Makes an access key for a short time from a token, in the body or in X-Auth-Token; its requests carry X-Security-Token (contract.md 5.2). */
export const createTemporaryKey = operation({
  name: 'create-temporary-key',
  topic: 'identity',
  access: 'open',
  method: 'POST',
  path: '/v3.0/OS-CREDENTIAL/securitytokens',
  summary: 'Obtain a temporary access key',
  headers: Type.Object({
    'X-Auth-Token': Type.Optional(
      Type.String({ description: 'The token that the key is made from, unless the body has one.' }),
    ),
  }),
  statuses: [201],
  refusals: [401, 403],
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
      expires_at: Type.String({ description: 'UTC, with microseconds; never later than the token expires.' }),
    }),
  }),
})

export type CreateTemporaryKeyBody = Type.Static<typeof createTemporaryKey.body>
export type CreateTemporaryKeyAnswer = Type.Static<typeof createTemporaryKey.answer>
