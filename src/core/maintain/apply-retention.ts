import type { JobId, RecordId } from '../../contract/ids.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { AgingBuild, RetentionCatalog, RetentionRule } from '../ports/retention-catalog.ts'
import type { DeletePorts } from './delete-build.ts'
import { endBuild, endLogs } from './end-logs.ts'

export interface RetentionPorts extends DeletePorts {
  readonly retention: RetentionCatalog
  readonly frames: FrameCatalog
}

export interface Retained {
  readonly removedBuilds: number
  readonly removedLogBytes: number
}

/** A build that retention deleted, and why. */
export interface ExpiredBuild {
  readonly recordId: RecordId
  readonly jobId: JobId
  readonly logBytes: number
  readonly because: 'age' | 'size'
}

const BUILDS_AT_ONCE = 100
const DAY_MS = 86_400_000
/**
 * A build without a result counts as over after this long, if no step of it runs: its runner is
 * gone.
 */
const LEFT_BEHIND_MS = 7 * DAY_MS

/**
 * Deletes builds by the rule of their job, or by `rule` if the job has none: builds older than its
 * days, and of each project the oldest beyond its bytes. A job with a byte limit of its own is
 * counted separately. The newest build that is over is never deleted for its size. A running build
 * counts, but is never deleted. Builds are deleted as by deleteBuild, and `onExpired` is called for
 * each.
 */
export async function applyRetention(
  ports: RetentionPorts,
  rule: RetentionRule,
  now: EpochMs,
  onExpired: (build: ExpiredBuild) => void = () => {},
): Promise<Retained> {
  const kept = new KeptBytes(rule)
  let removedBuilds = 0
  let removedLogBytes = 0
  for (let place = Number.MAX_SAFE_INTEGER; ; ) {
    const builds = await ports.retention.agingBuilds(place, BUILDS_AT_ONCE)
    for (const build of builds) {
      const bytes = await logBytes(ports, build)
      const over = isOver(build, now)
      const tooMuch = kept.isBeyond(build, bytes, over)
      const tooOld = isTooOld(build, rule, now)
      if (!(tooMuch || tooOld) || !over) continue
      const logs = await ports.removal.removeBuild(build.projectId, build.recordId)
      endBuild(ports, build.projectId, build.recordId)
      await endLogs(ports, logs ?? [])
      removedBuilds++
      removedLogBytes += bytes
      const { recordId, jobId } = build
      onExpired({ recordId, jobId, logBytes: bytes, because: tooOld ? 'age' : 'size' })
    }
    const last = builds.at(-1)
    if (last === undefined) return { removedBuilds, removedLogBytes }
    place = last.place
  }
}

async function logBytes({ frames }: RetentionPorts, { sealedBytes, openLogs }: AgingBuild): Promise<number> {
  if (openLogs.length === 0) return sealedBytes
  const ends = await frames.packedEnds(openLogs)
  return [...ends.values()].reduce((bytes, { end }) => bytes + end, sealedBytes)
}

/** Bytes that are kept, of everything that is counted together. Starts with the newest build. */
class KeptBytes {
  readonly #used = new Map<string, number>()
  readonly #withOverBuild = new Set<string>()
  readonly #rule: RetentionRule

  constructor(rule: RetentionRule) {
    this.#rule = rule
  }

  /**
   * Adds the build to what is kept. Returns true when the sum is beyond the limit, unless the build
   * is the first that is over.
   */
  isBeyond({ projectId, jobId, jobRule }: AgingBuild, bytes: number, isOver: boolean): boolean {
    const key = jobRule.bytes === undefined ? projectId : `${projectId}/${jobId}`
    const sum = (this.#used.get(key) ?? 0) + bytes
    this.#used.set(key, sum)
    const isNewest = isOver && !this.#withOverBuild.has(key)
    if (isOver) this.#withOverBuild.add(key)
    const limit = jobRule.bytes ?? this.#rule.bytes ?? 0
    return limit > 0 && sum > limit && !isNewest
  }
}

function isTooOld({ createdAtMs, jobRule }: AgingBuild, rule: RetentionRule, now: EpochMs): boolean {
  const days = jobRule.days ?? rule.days ?? 0
  return days > 0 && createdAtMs < now - days * DAY_MS
}

function isOver({ isRunning, hasOutcome, createdAtMs }: AgingBuild, now: EpochMs): boolean {
  return !isRunning && (hasOutcome || createdAtMs < now - LEFT_BEHIND_MS)
}
