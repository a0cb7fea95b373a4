/** Forms that all answers of the CodeArts Build API share. */
import type { JobId } from '../../contract/ids.ts'
import type { EpochMs } from '../../contract/quantities.ts'

/** The envelope of the v1 look-ups (contract/records/envelope.ts). */
export function succeeded<T>(result: T): { result: T; error: null; status: 'success' } {
  return { result, error: null, status: 'success' }
}

const FORM = /^([0-9a-z]{8})-([0-9a-z]{4})-([0-9a-z]{4})-([0-9a-z]{4})-([0-9a-z]{12})$/

/** The build project of a job: its job_id with hyphens where a UUID has them. */
export function buildProjectId(job: JobId): string {
  return [job.slice(0, 8), job.slice(8, 12), job.slice(12, 16), job.slice(16, 20), job.slice(20)].join('-')
}

/**
 * The job of a build project. Text of any other form is returned as it is: no job has such an id.
 */
export function jobOfBuildProject(id: string): JobId {
  return FORM.test(id) ? id.replaceAll('-', '') : id
}

/** The greatest duration that SDKs decode. */
const DURATION_MAX_MS = 2 ** 31 - 1

/** `2024-09-24T03:18:49.000+00:00` */
export function familyTime(atMs: EpochMs): string {
  return new Date(atMs).toISOString().replace('Z', '+00:00')
}

export function familyTimeOrNull(atMs: EpochMs | undefined): string | null {
  return atMs === undefined ? null : familyTime(atMs)
}

/**
 * Milliseconds between two times, at least 0 even if a clock was set back; null until both are
 * known.
 */
export function familyDuration(fromMs: EpochMs | undefined, toMs: EpochMs | undefined): number | null {
  if (fromMs === undefined || toMs === undefined) return null
  return Math.min(Math.max(0, toMs - fromMs), DURATION_MAX_MS)
}
