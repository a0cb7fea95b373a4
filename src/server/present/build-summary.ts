import type { BuildSummary } from '../../contract/records/build-summary.ts'
import type { Build } from '../../core/ports/build-catalog.ts'

/** A build as Tailrace's own lists show it. */
export function buildSummary(build: Build): BuildSummary {
  return {
    record_id: build.recordId,
    job_id: build.jobId,
    job_name: build.jobName,
    build_no: build.buildNo,
    source: build.source,
    creator_id: build.creatorId,
    status: build.outcome ?? null,
    created_at: new Date(build.createdAtMs).toISOString(),
    finished_at: isoTimeOrNull(build.finishedAtMs),
  }
}

export function isoTimeOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString()
}
