import Type from 'typebox'
import { operation } from '../../operation.ts'

export const keyFields = {
  access_key: Type.String(),
  user: Type.String({ description: 'Name of the user to whom it belongs.' }),
  created_at: Type.String({ description: 'ISO 8601, UTC.' }),
}

/** The access keys of the caller's project: all of them for admins, for others their own. */
export const listKeys = operation({
  name: 'list-keys',
  topic: 'administration',
  access: 'member',
  method: 'GET',
  path: '/api/v1/keys',
  summary: 'List access keys',
  answer: Type.Object({ keys: Type.Array(Type.Object(keyFields)) }),
})

export type ListKeysAnswer = Type.Static<typeof listKeys.answer>
