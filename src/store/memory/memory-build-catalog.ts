import { TailraceError } from '../../contract/errors.ts'
import type { JobId, ProjectId, RecordId, StepId } from '../../contract/ids.ts'
import type { EpochMs, LogId } from '../../contract/quantities.ts'
import type {
  Build,
  BuildAddress,
  BuildCatalog,
  BuildDraft,
  OpenBuild,
  Outcome,
  RunningLog,
  Step,
  StepCensus,
  StepChange,
  StepDraft,
  StepState,
  StepSummary,
} from '../../core/ports/build-catalog.ts'
import type { BuildHistory } from '../../core/ports/build-history.ts'
import type { BuildRemoval, JobRemoval } from '../../core/ports/build-removal.ts'
import type { RetentionCatalog, RetentionRule } from '../../core/ports/retention-catalog.ts'
import { memoryBuildHistory } from './memory-build-history.ts'
import { memoryRetentionCatalog } from './memory-retention-catalog.ts'

interface StoredJob {
  readonly projectId: ProjectId
  readonly jobId: JobId
  readonly name: string
  nextBuildNo: number
  retention: RetentionRule
}

interface StoredBuild {
  /** In the order in which builds were created. */
  readonly place: number
  build: Build
  readonly steps: Map<StepId, Step>
}

interface StepPlace {
  readonly stored: StoredBuild
  readonly stepId: StepId
}

/** Implements BuildCatalog, StepCensus and BuildRemoval in memory, for tests. */
export function memoryBuildCatalog(): BuildCatalog &
  StepCensus &
  BuildRemoval & { readonly history: BuildHistory; readonly retention: RetentionCatalog } {
  return new MemoryBuildCatalog()
}

/** Every call is done before it waits for anything, so calls cannot interleave. */
class MemoryBuildCatalog implements BuildCatalog, StepCensus, BuildRemoval {
  #jobs: StoredJob[] = []
  readonly #builds = new Map<string, StoredBuild>()
  readonly #places = new Map<LogId, StepPlace>()
  /** The same builds, as BuildHistory. */
  readonly history = memoryBuildHistory({
    jobs: () => this.#jobs,
    builds: () => new Set([...this.#builds.values()].map(stored => stored.build)),
  })
  /** The same builds, as RetentionCatalog. */
  readonly retention = memoryRetentionCatalog({
    jobs: () => this.#jobs,
    builds: () => new Set(this.#builds.values()),
  })
  #lastPlace = 0
  readonly #removedRecords = new Set<string>()
  readonly #removedLogs = new Set<LogId>()
  #lastLog = 0

  async createBuild(draft: BuildDraft): Promise<{ build: Build; created: boolean }> {
    const found = this.#find(draft.projectId, draft)
    if (found !== undefined) return { build: found.build, created: false }
    if (this.#removedRecords.has(keyOf(draft.projectId, draft)))
      throw new TailraceError('not-found', 'The build was deleted.')
    const job = jobFor(this.#jobs, draft)
    const stored: StoredBuild = { place: ++this.#lastPlace, build: newBuild(draft, job), steps: new Map() }
    this.#insertSteps(stored, draft.steps)
    if (!this.#jobs.includes(job)) this.#jobs.push(job)
    job.nextBuildNo++
    this.#builds.set(keyOf(draft.projectId, draft), stored)
    this.#builds.set(numberKey(stored.build), stored)
    return { build: stored.build, created: true }
  }

  async addSteps(project: ProjectId, record: RecordId, drafts: readonly StepDraft[]): Promise<void> {
    this.#insertSteps(this.#require(project, record), drafts)
  }

  async findBuild(project: ProjectId, address: BuildAddress): Promise<Build | undefined> {
    return this.#find(project, address)?.build
  }

  async findStep(project: ProjectId, address: BuildAddress, step: StepId): Promise<Step | undefined> {
    return this.#find(project, address)?.steps.get(step)
  }

  async listSteps(project: ProjectId, recordId: RecordId): Promise<readonly Step[]> {
    const steps = this.#find(project, { recordId })?.steps.values() ?? []
    return [...steps].sort((a, b) => a.stepId - b.stepId)
  }

  async changeStep(log: LogId, from: readonly StepState[], change: StepChange): Promise<boolean> {
    const step = this.#stepOf(log)
    if (step === undefined || !from.includes(step.state)) return false
    this.#places.get(log)!.stored.steps.set(step.stepId, { ...step, ...change })
    return true
  }

  async finishBuild(project: ProjectId, record: RecordId, outcome: Outcome, atMs: EpochMs): Promise<boolean> {
    const stored = this.#require(project, record)
    if (stored.build.outcome !== undefined) return false
    stored.build = { ...stored.build, outcome, finishedAtMs: atMs }
    for (const step of stored.steps.values())
      if (step.state === 'waiting') stored.steps.set(step.stepId, { ...step, state: 'skipped' })
    return true
  }

  async statesOf(logs: readonly LogId[]): Promise<ReadonlyMap<LogId, StepSummary>> {
    const known = logs.flatMap(log => this.#stepOf(log) ?? [])
    return new Map(
      known.map(({ log, state, createdAtMs, sizeBytes }) => [
        log,
        { state, createdAtMs, ...(sizeBytes === undefined ? {} : { sizeBytes }) },
      ]),
    )
  }

  async runningLogs(after: LogId, limit: number): Promise<readonly RunningLog[]> {
    const later = [...this.#places.keys()].filter(log => log > after)
    const running = later.flatMap(log => this.#stepOf(log) ?? []).filter(({ state }) => state === 'running')
    return running.slice(0, limit).map(({ log, projectId, recordId, createdAtMs }) => {
      const buildHasOutcome = this.#find(projectId, { recordId })?.build.outcome !== undefined
      return { log, projectId, recordId, buildCreatedAtMs: createdAtMs, buildHasOutcome }
    })
  }

  async openBuilds(sinceMs: EpochMs): Promise<readonly OpenBuild[]> {
    const builds = [...new Set(this.#builds.values())].map(({ build }) => build)
    const open = builds.filter(({ outcome, createdAtMs }) => outcome === undefined && createdAtMs >= sinceMs)
    return open.map(({ projectId, recordId, createdAtMs }) => ({ projectId, recordId, createdAtMs }))
  }

  async lastLog(): Promise<LogId> {
    return this.#lastLog
  }

  async removeBuild(project: ProjectId, recordId: RecordId): Promise<readonly LogId[] | undefined> {
    const stored = this.#find(project, { recordId })
    return stored && this.#remove(stored)
  }

  async removeJob(project: ProjectId, jobId: JobId, maxBuilds: number): Promise<JobRemoval | undefined> {
    const job = this.#jobs.find(one => one.projectId === project && one.jobId === jobId)
    if (job === undefined) return undefined
    const own = [...new Set(this.#builds.values())].filter(
      ({ build }) => build.projectId === project && build.jobId === jobId,
    )
    own.sort((a, b) => a.build.buildNo - b.build.buildNo)
    const oldest = own.slice(0, maxBuilds)
    const records = oldest.map(({ build }) => build.recordId)
    const logs = oldest.flatMap(stored => this.#remove(stored))
    const jobIsGone = own.length < maxBuilds
    if (jobIsGone) this.#jobs = this.#jobs.filter(one => one !== job)
    return { records, logs, jobIsGone }
  }

  async removedLogs(limit: number): Promise<readonly LogId[]> {
    return [...this.#removedLogs].slice(0, limit)
  }

  async forgetLogs(logs: readonly LogId[]): Promise<void> {
    for (const log of logs) this.#removedLogs.delete(log)
  }

  #remove({ build, steps }: StoredBuild): readonly LogId[] {
    const logs = [...steps.values()].map(({ log }) => log)
    this.#removedRecords.add(keyOf(build.projectId, build))
    this.#builds.delete(keyOf(build.projectId, build))
    this.#builds.delete(numberKey(build))
    for (const log of logs) {
      this.#places.delete(log)
      this.#removedLogs.add(log)
    }
    return logs
  }

  #find(project: ProjectId, address: BuildAddress): StoredBuild | undefined {
    return this.#builds.get(keyOf(project, address))
  }

  #require(project: ProjectId, recordId: RecordId): StoredBuild {
    const stored = this.#find(project, { recordId })
    if (stored === undefined) throw new TailraceError('not-found', 'No such build.')
    return stored
  }

  #insertSteps(stored: StoredBuild, drafts: readonly StepDraft[]): void {
    for (const draft of missing(stored.steps, drafts)) {
      const step = newStep(++this.#lastLog, stored.build, draft)
      stored.steps.set(step.stepId, step)
      this.#places.set(step.log, { stored, stepId: step.stepId })
    }
  }

  #stepOf(log: LogId): Step | undefined {
    const place = this.#places.get(log)
    return place?.stored.steps.get(place.stepId)
  }
}

const keyOf = (project: ProjectId, address: BuildAddress) =>
  'recordId' in address ? `${project} ${address.recordId}` : numberKey({ projectId: project, ...address })

const numberKey = ({ projectId, jobId, buildNo }: Pick<Build, 'projectId' | 'jobId' | 'buildNo'>) =>
  `${projectId} ${jobId} ${buildNo}`

/** The steps that do not exist yet, each once. */
function missing(steps: ReadonlyMap<StepId, Step>, drafts: readonly StepDraft[]): Iterable<StepDraft> {
  const wanted = new Map<StepId, StepDraft>()
  for (const draft of drafts) {
    const there = steps.get(draft.stepId) ?? wanted.get(draft.stepId)
    if (there !== undefined && there.name !== draft.name)
      throw new TailraceError('already-exists', `Step ${draft.stepId} of this build has another name.`)
    if (there === undefined) wanted.set(draft.stepId, draft)
  }
  return wanted.values()
}

function jobFor(jobs: readonly StoredJob[], { projectId, job }: BuildDraft): StoredJob {
  const own = jobs.filter(stored => stored.projectId === projectId)
  const found = own.find(stored => ('id' in job ? stored.jobId === job.id : stored.name === job.name))
  if (found !== undefined) return found
  if ('id' in job) throw new TailraceError('not-found', 'No such job.')
  if (own.some(stored => stored.jobId === job.idIfNew))
    throw new TailraceError('already-exists', 'The id of the new job is taken.')
  return { projectId, jobId: job.idIfNew, name: job.name, nextBuildNo: 1, retention: {} }
}

function newBuild(draft: BuildDraft, job: StoredJob): Build {
  return {
    projectId: draft.projectId,
    jobId: job.jobId,
    jobName: job.name,
    buildNo: job.nextBuildNo,
    recordId: draft.recordId,
    source: draft.source,
    creatorId: draft.creatorId,
    createdAtMs: draft.createdAtMs,
  }
}

function newStep(log: LogId, build: Build, { stepId, name }: StepDraft): Step {
  const { projectId, jobId, buildNo, recordId, source, creatorId, createdAtMs } = build
  return {
    log,
    projectId,
    jobId,
    buildNo,
    recordId,
    stepId,
    name,
    source,
    creatorId,
    createdAtMs,
    state: 'waiting',
  }
}
