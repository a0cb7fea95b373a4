import type { Build, Step } from '../../core/ports/build-catalog.ts'
import type { RetentionCatalog, RetentionRule } from '../../core/ports/retention-catalog.ts'

/** Everything in the catalog, read at each call. */
interface StoredAges {
  readonly jobs: () => Iterable<{
    readonly projectId: string
    readonly jobId: string
    retention: RetentionRule
  }>
  readonly builds: () => Iterable<{
    readonly place: number
    readonly build: Build
    readonly steps: ReadonlyMap<number, Step>
  }>
}

/** Implements RetentionCatalog over a catalog in memory. */
export function memoryRetentionCatalog(stored: StoredAges): RetentionCatalog {
  const jobOf = (projectId: string, jobId: string) =>
    [...stored.jobs()].find(job => job.projectId === projectId && job.jobId === jobId)
  return {
    async agingBuilds(before, limit) {
      const builds = [...stored.builds()].filter(({ place }) => place < before)
      builds.sort((a, b) => b.place - a.place)
      return builds.slice(0, limit).map(({ place, build, steps }) => {
        const { projectId, jobId, recordId, createdAtMs } = build
        const own = [...steps.values()].sort((a, b) => a.log - b.log)
        return {
          place,
          projectId,
          jobId,
          recordId,
          createdAtMs,
          hasOutcome: build.outcome !== undefined,
          isRunning: own.some(({ state }) => state === 'running'),
          sealedBytes: own.reduce((bytes, { sizeBytes = 0 }) => bytes + sizeBytes, 0),
          openLogs: own.filter(({ state }) => state !== 'sealed').map(({ log }) => log),
          jobRule: jobOf(projectId, jobId)?.retention ?? {},
        }
      })
    },
    async setJobRule(project, jobId, rule) {
      const job = jobOf(project, jobId)
      if (job !== undefined) job.retention = rule
      return job !== undefined
    },
  }
}
