import { TailraceError } from '../../contract/errors.ts'
import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { EpochMs, LogId } from '../../contract/quantities.ts'

/** What one project may have under way at once; 0 for any number. */
export interface QuotaLimits {
  readonly liveLogs: number
  readonly openBuilds: number
}

/** A build, by its names. */
interface Named {
  readonly projectId: ProjectId
  readonly recordId: RecordId
}

interface LiveLog extends Named {
  readonly log: LogId
}

/** Something ends every few seconds where so much is under way. */
const RETRY_AFTER_SECONDS = 5

interface Project {
  readonly openSince: Map<RecordId, EpochMs>
  /** How many of the build's logs are live; none of 0. */
  readonly liveLogsOf: Map<RecordId, number>
  liveLogs: number
}

/**
 * Counts live logs (steps that are running) and open builds of each project, and holds them to their limits. A build is open until it has
 * its result, but one of which no log is live counts no longer than `openBuildMs` after it was made: its runner may be gone. A step that is abandoned is not live.
 * All of it is in memory and decided at once, so that racing callers never pass a limit together; a start counts anew (recount-quotas).
 */
export class Quotas {
  readonly #limits: QuotaLimits
  readonly #openBuildMs: number
  readonly #projects = new Map<ProjectId, Project>()
  readonly #logs = new Map<LogId, Named>()

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

  /** Counts a build that is about to be made; false when there is no room for it. One that counts already is not counted again. */
  takeBuild({ projectId, recordId }: Named, now: EpochMs): boolean {
    const project = this.#project(projectId)
    const { openBuilds: limit } = this.#limits
    if (limit > 0 && !project.openSince.has(recordId) && project.openSince.size >= limit) {
      this.#forgetLeft(project, now)
      if (project.openSince.size >= limit) return false
    }
    this.noteBuild({ projectId, recordId }, now)
    return true
  }

  countsBuild({ projectId, recordId }: Named): boolean {
    return this.#projects.get(projectId)?.openSince.has(recordId) ?? false
  }

  /** Counts a build that is open, whether there is room or not. */
  noteBuild({ projectId, recordId }: Named, createdAtMs: EpochMs): void {
    const { openSince } = this.#project(projectId)
    if (!openSince.has(recordId)) openSince.set(recordId, createdAtMs)
  }

  /** The build has its result, or is gone. */
  endBuild({ projectId, recordId }: Named): void {
    this.#projects.get(projectId)?.openSince.delete(recordId)
    this.#forgetEmpty(projectId)
  }

  /** Counts a log that is about to become live. Throws `rate-limited` when there is no room for it. */
  takeLog(log: LiveLog): void {
    const { liveLogs: limit } = this.#limits
    const isFull = limit > 0 && (this.#projects.get(log.projectId)?.liveLogs ?? 0) >= limit
    if (isFull && !this.#logs.has(log.log)) throw tooMany('live logs', limit)
    this.noteLog(log)
  }

  /** Counts a log that is live, whether there is room or not. */
  noteLog({ log, projectId, recordId }: LiveLog): void {
    if (this.#logs.has(log)) return
    this.#logs.set(log, { projectId, recordId })
    const project = this.#project(projectId)
    project.liveLogs++
    project.liveLogsOf.set(recordId, (project.liveLogsOf.get(recordId) ?? 0) + 1)
  }

  /** The log is sealed, abandoned or gone. */
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

  /** The refusal of a build for which there is no room. */
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

  /** Builds that nobody has written to for so long count no more. */
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
  return new TailraceError(
    'rate-limited',
    `The project has ${limit} ${what}, and may not have more at once.`,
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    },
  )
}
