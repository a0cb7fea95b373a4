import Type from 'typebox'
import { operation } from '../../operation.ts'
import { name } from '../../parameters.ts'
import { keyFields } from './list-keys.ts'

/** Makes an access key for the caller's project. Its secret key is in this answer and nowhere else. */
export const createKey = operation({
  name: 'create-key',
  topic: 'administration',
  access: 'member',
  method: 'POST',
  path: '/api/v1/keys',
  summary: 'Create an access key',
  statuses: [201],
  body: Type.Object({
    user: Type.Optional(name('A member of the project; only admins name another than themselves.')),
  }),
  answer: Type.Object({ ...keyFields, secret_key: Type.String() }),
})

export type CreateKeyBody = Type.Static<typeof createKey.body>
export type CreateKeyAnswer = Type.Static<typeof createKey.answer>
