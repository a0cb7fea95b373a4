import { operation } from '../../operation.ts'
import { userParams } from './change-user.ts'

/**
 * Deletes a user who belongs only to the caller's project, with their tokens and keys. For admins.
 */
export const deleteUser = operation({
  name: 'delete-user',
  topic: 'administration',
  access: 'own-admin',
  method: 'DELETE',
  path: '/api/v1/users/:name',
  summary: 'Delete a user',
  description: 'With their tokens and keys. The user must belong only to your project.',
  params: userParams,
})
