import Type from 'typebox'
import { operation } from '../../operation.ts'
import { recordIdParameter } from '../../parameters.ts'

/**
 * Deletes a build and its logs permanently (docs/api.md §4). Its record_id and number are never
 * used again. For admins.
 */
export const deleteBuild = operation({
  name: 'delete-build',
  topic: 'administration',
  access: 'admin',
  method: 'DELETE',
  path: '/api/v1/builds/:record_id',
  summary: 'Delete a build and its logs permanently',
  params: Type.Object({ record_id: recordIdParameter }),
})

export type DeleteBuildParams = Type.Static<typeof deleteBuild.params>
