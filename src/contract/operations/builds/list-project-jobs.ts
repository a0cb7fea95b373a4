import Type from 'typebox'
import { operation } from '../../operation.ts'
import { succeeded } from '../../records/envelope.ts'
import { listedJob } from '../../records/listed-job.ts'
import { pageParameters } from '../../records/lookup-parameters.ts'

const query = Type.Object({
  ...pageParameters,
  search: Type.Optional(
    Type.String({ description: 'Only jobs whose name contains this text. Case matters.' }),
  ),
})
const jobs = Type.Array(listedJob)
const found = succeeded(Type.Object({ job_list: jobs, total: Type.Integer() }))

/** Lists the jobs of the caller's project, newest first (CodeArts Build: ListJob). */
export const listOwnProjectJobs = operation({
  name: 'list-own-project-jobs',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/job/list',
  summary: 'List the jobs of your project',
  query,
  answer: found,
})

/**
 * The same for a caller who names the project (CodeArts Build: ListProjectJobs). SDKs read `jobs`,
 * Terraform reads `result.job_list`.
 */
export const listProjectJobs = operation({
  name: 'list-project-jobs',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/job/:project_id/list',
  summary: 'List the jobs of a project',
  params: Type.Object({ project_id: Type.String({ pattern: '^[0-9a-z]{32}$' }) }),
  query,
  answer: Type.Interface([found], { jobs, total: Type.Integer() }),
})
