import { operation } from '../../operation.ts'
import { userParams } from './change-user.ts'

/** Removes a user who belongs to the caller's project alone, with tokens and keys. For admins. */
export const deleteUser = operation({
  name: 'delete-user',
  topic: 'administration',
  access: 'own-admin',
  method: 'DELETE',
  path: '/api/v1/users/:name',
  summary: 'Delete a user',
  params: userParams,
})
