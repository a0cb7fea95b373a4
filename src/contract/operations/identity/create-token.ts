import Type from 'typebox'
import { operation } from '../../operation.ts'

const text = Type.String({ minLength: 1 })
/** At least one of the two is required. */
const idOrName = Type.Object({ id: Type.Optional(text), name: Type.Optional(text) })

const domainAnswer = Type.Object({ id: Type.String(), name: Type.String() })

const named = { id: Type.String(), name: Type.String() }

export const tokenAnswer = Type.Object({
  token: Type.Object({
    methods: Type.Array(Type.String()),
    issued_at: Type.String({ description: 'UTC, with microseconds.' }),
    expires_at: Type.String(),
    user: Type.Object({ ...named, domain: domainAnswer, password_expires_at: Type.String() }),
    project: Type.Optional(Type.Object({ ...named, domain: domainAnswer })),
    domain: Type.Optional(domainAnswer),
    roles: Type.Array(Type.Object(named)),
    catalog: Type.Array(
      Type.Object({
        ...named,
        type: Type.String(),
        endpoints: Type.Array(
          Type.Object({
            id: Type.String(),
            interface: Type.String(),
            region: Type.String(),
            region_id: Type.String(),
            url: Type.String(),
          }),
        ),
      }),
    ),
  }),
})

/** The headers of requests about a token. */
export const tokenHeaders = Type.Object({
  'X-Auth-Token': Type.String({ description: 'Your own token.' }),
  'X-Subject-Token': Type.String({ description: 'The token to check or revoke. It can be the same.' }),
})

/**
 * Creates a token, which is returned in the header X-Subject-Token (Keystone v3; docs/api.md §6).
 */
export const createToken = operation({
  name: 'create-token',
  topic: 'identity',
  errorForm: 'keystone',
  access: 'open',
  method: 'POST',
  path: '/v3/auth/tokens',
  summary: 'Create a token',
  description:
    'By password, or from another token to change its scope. The token is in the header X-Subject-Token.',
  query: Type.Object({
    nocatalog: Type.Optional(Type.String({ description: 'If present, the answer has no catalog.' })),
  }),
  statuses: [201],
  answerHeaders: Type.Object({
    'X-Subject-Token': Type.String({ description: 'The token.' }),
    'Cache-Control': Type.Literal('no-store'),
  }),
  errors: [401, 403],
  body: Type.Object({
    auth: Type.Object({
      identity: Type.Object({
        methods: Type.Array(Type.String(), { minItems: 1 }),
        token: Type.Optional(Type.Object({ id: text }, { description: 'The token to re-scope.' })),
        password: Type.Optional(
          Type.Object({
            user: Type.Object({
              id: Type.Optional(text),
              name: Type.Optional(text),
              domain: Type.Optional(idOrName),
              password: Type.String(),
            }),
          }),
        ),
      }),
      scope: Type.Optional(
        Type.Object({
          project: Type.Optional(
            Type.Object({
              id: Type.Optional(text),
              name: Type.Optional(text),
              domain: Type.Optional(idOrName),
            }),
          ),
          domain: Type.Optional(idOrName),
        }),
      ),
    }),
  }),
  answer: tokenAnswer,
})

export type CreateTokenQuery = Type.Static<typeof createToken.query>
export type CreateTokenBody = Type.Static<typeof createToken.body>
export type TokenAnswer = Type.Static<typeof tokenAnswer>
