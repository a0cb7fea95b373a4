import Type from 'typebox'
import { operation } from '../../operation.ts'
import { jobIdParameter } from '../../parameters.ts'

/** Deletes a job with all its builds and logs permanently (docs/api.md §4). For admins. */
export const deleteJob = operation({
  name: 'delete-job',
  topic: 'administration',
  access: 'admin',
  method: 'DELETE',
  path: '/api/v1/jobs/:job_id',
  summary: 'Delete a job and all its builds permanently',
  params: Type.Object({ job_id: jobIdParameter }),
})

export type DeleteJobParams = Type.Static<typeof deleteJob.params>
