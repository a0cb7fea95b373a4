import Type from 'typebox'
import { NAME_MAX_CHARACTERS } from '../../limits.ts'
import { operation } from '../../operation.ts'
import { role } from '../../role-parameter.ts'

const text = Type.String({ minLength: 1 })
const name = Type.String({ minLength: 1, maxLength: NAME_MAX_CHARACTERS })
const named = Type.Object({ id: Type.String(), name: Type.String() })

/**
 * Signs a browser in. The answer sets a cookie for one project, which scripts cannot read and which
 * is accepted wherever a token is (docs/api.md §6).
 */
export const createSession = operation({
  name: 'create-session',
  topic: 'identity',
  access: 'open',
  method: 'POST',
  path: '/api/v1/session',
  summary: 'Sign a browser in',
  description: 'Send user and password, or a token. The answer sets a cookie for one project.',
  statuses: [201],
  answerHeaders: Type.Object({
    'Set-Cookie': Type.String({ description: 'The session: HttpOnly, SameSite=Strict.' }),
    'Cache-Control': Type.Literal('no-store'),
  }),
  errors: [401, 403],
  body: Type.Object({
    user: Type.Optional(name),
    password: Type.Optional(Type.String()),
    domain: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'The domain of the user. Optional if the server has only one.',
      }),
    ),
    token: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Instead of user and password. The session ends when the token does.',
      }),
    ),
    project: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'The name of the project. Not needed with a token for a project.',
      }),
    ),
    project_id: Type.Optional(text),
  }),
  answer: Type.Object({
    user: named,
    project: named,
    roles: Type.Array(role),
    expires_at: Type.String({ description: 'UTC.' }),
  }),
})

export type CreateSessionBody = Type.Static<typeof createSession.body>
export type CreateSessionAnswer = Type.Static<typeof createSession.answer>
