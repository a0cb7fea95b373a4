import Type from 'typebox'
import { operation } from '../../operation.ts'
import { recordIdParameter } from '../../parameters.ts'

/** Deletes a build with its logs for good (docs/api.md §4); its record and number are never used again. For admins. */
export const deleteBuild = operation({
  name: 'delete-build',
  topic: 'administration',
  access: 'admin',
  method: 'DELETE',
  path: '/api/v1/builds/:record_id',
  summary: 'Delete a build for good',
  params: Type.Object({ record_id: recordIdParameter }),
})

export type DeleteBuildParams = Type.Static<typeof deleteBuild.params>
