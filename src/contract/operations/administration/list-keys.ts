import Type from 'typebox'
import { operation } from '../../operation.ts'

export const keyFields = {
  access_key: Type.String(),
  user: Type.String({ description: 'The name of the user who owns the key.' }),
  created_at: Type.String({ description: 'ISO 8601, UTC.' }),
}

/** Lists the access keys of the caller's project: all of them for admins, their own for others. */
export const listKeys = operation({
  name: 'list-keys',
  topic: 'administration',
  access: 'member',
  method: 'GET',
  path: '/api/v1/keys',
  summary: 'List access keys',
  description: 'Admins see every key of the project, others their own.',
  answer: Type.Object({ keys: Type.Array(Type.Object(keyFields)) }),
})

export type ListKeysAnswer = Type.Static<typeof listKeys.answer>
