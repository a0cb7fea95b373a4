import Type from 'typebox'
import { operation } from '../../operation.ts'

/** Revokes an access key at once. Admins can revoke every key of the project, others their own. */
export const deleteKey = operation({
  name: 'delete-key',
  topic: 'administration',
  access: 'member',
  method: 'DELETE',
  path: '/api/v1/keys/:access_key',
  summary: 'Delete an access key',
  description: 'Takes effect at once. Admins can delete every key of the project, others their own.',
  params: Type.Object({ access_key: Type.String({ minLength: 1 }) }),
})

export type DeleteKeyParams = Type.Static<typeof deleteKey.params>
