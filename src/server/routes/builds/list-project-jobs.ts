import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../../contract/errors.ts'
import { listOwnProjectJobs, listProjectJobs } from '../../../contract/operations/builds/list-project-jobs.ts'
import { notAllowed, type Principal } from '../../../core/access/principal.ts'
import { countedJobs } from '../../../core/list/list-jobs.ts'
import type { BuildHistory } from '../../../core/ports/build-history.ts'
import { queryPage } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { succeeded } from '../../present/family-forms.ts'
import { listedJob } from '../../present/listed-job.ts'

interface Ports {
  readonly history: BuildHistory
}

export function listProjectJobsRoutes(app: FastifyInstance, ports: Ports): void {
  serve(app, listOwnProjectJobs, async ({ who, query }) => {
    const { jobs, total } = await pageOfJobs(ports, who, query)
    return succeeded({ job_list: jobs, total })
  })
  serve(app, listProjectJobs, async ({ who, params, query }) => {
    if (params.project_id !== who.projectId) throw unknownProject(who)
    const { jobs, total } = await pageOfJobs(ports, who, query)
    return { ...succeeded({ job_list: jobs, total }), jobs, total }
  })
}

async function pageOfJobs(
  ports: Ports,
  who: Principal,
  query: { page_index?: string; page_size?: string; search?: string },
) {
  const { jobs, total } = await countedJobs(ports, who, queryPage(query), query.search ?? '')
  return { jobs: jobs.map(entry => listedJob(entry, who)), total }
}

function unknownProject(who: Principal): TailraceError {
  return who.onlyRecord === undefined
    ? new TailraceError('not-found', 'The project does not exist.')
    : notAllowed()
}
