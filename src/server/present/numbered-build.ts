import type { BuildNo, JobId } from '../../contract/ids.ts'
import { queryBuildNo } from '../http/query-number.ts'

/** The address of a build in a path. Throws `invalid-parameter` for a number that no build has. */
export function numberedBuild(params: { readonly job_id: string; readonly build_no: string }): {
  jobId: JobId
  buildNo: BuildNo
} {
  return { jobId: params.job_id, buildNo: queryBuildNo(params.build_no) }
}
