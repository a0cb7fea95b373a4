import type { JobId } from '../../contract/ids.ts'

const FORM = /^([0-9a-z]{8})-([0-9a-z]{4})-([0-9a-z]{4})-([0-9a-z]{4})-([0-9a-z]{12})$/

/** The family's second name of a job: its job_id with hyphens where a UUID has them. */
export function buildProjectId(job: JobId): string {
  return [job.slice(0, 8), job.slice(8, 12), job.slice(12, 16), job.slice(16, 20), job.slice(20)].join('-')
}

/** The job of that name; of a name in another form, of which there is no job, the name itself. */
export function jobOfBuildProject(id: string): JobId {
  return FORM.test(id) ? id.replaceAll('-', '') : id
}
