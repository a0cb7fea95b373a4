import { TailraceError } from '../../contract/errors.ts'
import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { EpochMs, LogId } from '../../contract/quantities.ts'

/** The most that one project may have at once; 0 for no limit. */
export interface QuotaLimits {
  readonly liveLogs: number
  readonly openBuilds: number
}

/** Identifies a build. */
interface BuildKey {
  readonly projectId: ProjectId
  readonly recordId: RecordId
}

interface LiveLog extends BuildKey {
  readonly log: LogId
}

/** With so many in progress, one ends every few seconds. */
const RETRY_AFTER_SECONDS = 5

interface Project {
  readonly openSince: Map<RecordId, EpochMs>
  /** How many of each build's logs are live; builds without live logs are left out. */
  readonly liveLogsOf: Map<RecordId, number>
  liveLogs: number
}

/**
 * Counts the live logs (steps that are running) and open builds of each project, and enforces their
 * limits. A build is open until it has its result. Without a live log it counts only until
 * `openBuildMs` after its creation, because its runner may be gone. An abandoned step is not live.
 * Everything is in memory and decided in one turn, so that callers who race cannot pass a limit
 * together. A start counts again (recount-quotas).
 */
export class Quotas {
  readonly #limits: QuotaLimits
  readonly #openBuildMs: number
  readonly #projects = new Map<ProjectId, Project>()
  readonly #logs = new Map<LogId, BuildKey>()

  constructor(limits: QuotaLimits, openBuildMs: number) {
    this.#limits = limits
    this.#openBuildMs = openBuildMs
  }

  get liveLogs(): number {
    return this.#logs.size
  }

  openBuilds(now: EpochMs): number {
    let sum = 0
    for (const project of this.#projects.values()) {
      this.#forgetLeft(project, now)
      sum += project.openSince.size
    }
    return sum
  }

  /**
   * Counts a build that is about to be created. Returns false when there is no room. A build is
   * never counted twice.
   */
  takeBuild({ projectId, recordId }: BuildKey, now: EpochMs): boolean {
    const project = this.#project(projectId)
    const { openBuilds: limit } = this.#limits
    if (limit > 0 && !project.openSince.has(recordId) && project.openSince.size >= limit) {
      this.#forgetLeft(project, now)
      if (project.openSince.size >= limit) return false
    }
    this.noteBuild({ projectId, recordId }, now)
    return true
  }

  countsBuild({ projectId, recordId }: BuildKey): boolean {
    return this.#projects.get(projectId)?.openSince.has(recordId) ?? false
  }

  /** Counts a build that is open, even if there is no room. */
  noteBuild({ projectId, recordId }: BuildKey, createdAtMs: EpochMs): void {
    const { openSince } = this.#project(projectId)
    if (!openSince.has(recordId)) openSince.set(recordId, createdAtMs)
  }

  /** Call this when the build has its result, or is deleted. */
  endBuild({ projectId, recordId }: BuildKey): void {
    this.#projects.get(projectId)?.openSince.delete(recordId)
    this.#forgetEmpty(projectId)
  }

  /** Counts a log that is about to become live. Throws `rate-limited` when there is no room. */
  takeLog(log: LiveLog): void {
    const { liveLogs: limit } = this.#limits
    const isFull = limit > 0 && (this.#projects.get(log.projectId)?.liveLogs ?? 0) >= limit
    if (isFull && !this.#logs.has(log.log)) throw tooMany('live logs', limit)
    this.noteLog(log)
  }

  /** Counts a log that is live, even if there is no room. */
  noteLog({ log, projectId, recordId }: LiveLog): void {
    if (this.#logs.has(log)) return
    this.#logs.set(log, { projectId, recordId })
    const project = this.#project(projectId)
    project.liveLogs++
    project.liveLogsOf.set(recordId, (project.liveLogsOf.get(recordId) ?? 0) + 1)
  }

  /** Call this when the log is sealed, abandoned or deleted. */
  endLog(log: LogId): void {
    const named = this.#logs.get(log)
    if (named === undefined) return
    this.#logs.delete(log)
    const { projectId, recordId } = named
    const project = this.#project(projectId)
    project.liveLogs--
    const left = (project.liveLogsOf.get(recordId) ?? 1) - 1
    if (left === 0) project.liveLogsOf.delete(recordId)
    else project.liveLogsOf.set(recordId, left)
    this.#forgetEmpty(projectId)
  }

  /** The error for a build that there is no room for. */
  tooManyBuilds(): TailraceError {
    return tooMany('open builds', this.#limits.openBuilds)
  }

  #project(id: ProjectId): Project {
    const known = this.#projects.get(id)
    if (known !== undefined) return known
    const project: Project = { openSince: new Map(), liveLogsOf: new Map(), liveLogs: 0 }
    this.#projects.set(id, project)
    return project
  }

  /** Stops counting builds that nobody has written to for too long. */
  #forgetLeft({ openSince, liveLogsOf }: Project, now: EpochMs): void {
    for (const [record, createdAtMs] of openSince)
      if (createdAtMs < now - this.#openBuildMs && !liveLogsOf.has(record)) openSince.delete(record)
  }

  #forgetEmpty(id: ProjectId): void {
    const project = this.#projects.get(id)
    if (project?.liveLogs === 0 && project.openSince.size === 0) this.#projects.delete(id)
  }
}

function tooMany(what: string, limit: number): TailraceError {
  return new TailraceError('rate-limited', `The project already has ${limit} ${what}, which is its limit.`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })
}
