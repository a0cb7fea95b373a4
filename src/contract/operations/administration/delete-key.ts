import Type from 'typebox'
import { operation } from '../../operation.ts'

/** Ends an access key at once: any of the project for admins, for others their own. */
export const deleteKey = operation({
  name: 'delete-key',
  topic: 'administration',
  access: 'member',
  method: 'DELETE',
  path: '/api/v1/keys/:access_key',
  summary: 'Delete an access key',
  params: Type.Object({ access_key: Type.String({ minLength: 1 }) }),
})

export type DeleteKeyParams = Type.Static<typeof deleteKey.params>
