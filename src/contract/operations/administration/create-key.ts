import Type from 'typebox'
import { operation } from '../../operation.ts'
import { name } from '../../parameters.ts'
import { keyFields } from './list-keys.ts'

/** Creates an access key for the caller's project. Only this answer contains the secret key. */
export const createKey = operation({
  name: 'create-key',
  topic: 'administration',
  access: 'member',
  method: 'POST',
  path: '/api/v1/keys',
  summary: 'Create an access key',
  description: 'The key is for your project. Only this answer contains the secret key.',
  statuses: [201],
  body: Type.Object({
    user: Type.Optional(
      name('A member of the project. Default: yourself; only admins can name someone else.'),
    ),
  }),
  answer: Type.Object({ ...keyFields, secret_key: Type.String() }),
})

export type CreateKeyBody = Type.Static<typeof createKey.body>
export type CreateKeyAnswer = Type.Static<typeof createKey.answer>
