import type { ListedJob } from '../../contract/records/listed-job.ts'
import type { Principal } from '../../core/access/principal.ts'
import type { Outcome } from '../../core/ports/build-catalog.ts'
import type { JobWithLatest } from '../../core/ports/build-history.ts'
import { runningStatus } from './build-status.ts'
import { buildProjectId, familyDuration } from './family-forms.ts'

/** Job lists of the CodeArts Build API show an outcome as a Jenkins color. */
const COLORS = { SUCCESS: 'blue', FAILURE: 'red', ABORTED: 'aborted' } as const satisfies Record<
  Outcome,
  string
>

/** A job as the family's job lists show it to this caller. */
export function listedJob({ job, latest }: JobWithLatest, who: Principal): ListedJob {
  return {
    id: job.jobId,
    job_name: job.name,
    build_project_id: buildProjectId(job.jobId),
    project_id: job.projectId,
    project_name: null,
    job_creator: null,
    user_id: null,
    user_name: null,
    nick_name: null,
    build_number: latest === undefined ? null : String(latest.buildNo),
    task_id: null,
    last_build_time: latest?.createdAtMs ?? null,
    last_build_status: latest?.outcome === undefined ? null : COLORS[latest.outcome],
    last_job_running_status: latest === undefined ? null : runningStatus(latest),
    last_build_user: null,
    last_build_user_id: latest?.creatorId ?? null,
    is_finished: latest === undefined || latest.outcome !== undefined,
    build_time: familyDuration(latest?.createdAtMs, latest?.finishedAtMs),
    health_score: null,
    trigger_type: null,
    source_code: null,
    scm_type: null,
    scm_web_url: null,
    repo_id: null,
    code_branch: null,
    tag: null,
    commit_id: null,
    commit_detail_url: null,
    build_type: null,
    forbidden_msg: null,
    disabled: false,
    favorite: false,
    is_view: true,
    is_modify: false,
    is_delete: who.onlyRecord === undefined && who.roles.has('admin'),
    is_execute: false,
    is_copy: false,
    is_forbidden: false,
    project_permission_switch: false,
  }
}
