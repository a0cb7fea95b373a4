import { TailraceError } from '../../contract/errors.ts'
import type { JobId, ProjectId, RecordId, StepId } from '../../contract/ids.ts'
import type {
  Build,
  BuildAddress,
  BuildCatalog,
  BuildDraft,
  Step,
  StepCensus,
  StepDraft,
} from '../../core/ports/build-catalog.ts'
import type { LogId } from '../../core/ports/journal.ts'

interface StoredJob {
  readonly projectId: ProjectId
  readonly jobId: JobId
  readonly name: string
  nextBuildNo: number
}

interface StoredBuild {
  build: Build
  readonly steps: Map<StepId, Step>
}

interface StepPlace {
  readonly stored: StoredBuild
  readonly stepId: StepId
}

/** BuildCatalog and StepCensus in memory: for tests, and for a server that may forget. No call waits, so none can interleave. */
export function memoryBuildCatalog(): BuildCatalog & StepCensus {
  const jobs: StoredJob[] = []
  const builds = new Map<string, StoredBuild>()
  const places = new Map<LogId, StepPlace>()

  const find = (project: ProjectId, address: BuildAddress) => builds.get(keyOf(project, address))

  function require(project: ProjectId, recordId: RecordId): StoredBuild {
    const stored = find(project, { recordId })
    if (stored === undefined) throw new TailraceError('not-found', 'No such build.')
    return stored
  }

  function insertSteps(stored: StoredBuild, drafts: readonly StepDraft[]): void {
    for (const draft of missing(stored.steps, drafts)) {
      const step = newStep(places.size + 1, stored.build, draft)
      stored.steps.set(step.stepId, step)
      places.set(step.log, { stored, stepId: step.stepId })
    }
  }

  function stepOf(log: LogId): Step | undefined {
    const place = places.get(log)
    return place?.stored.steps.get(place.stepId)
  }

  return {
    async createBuild(draft) {
      const found = find(draft.projectId, draft)
      if (found !== undefined) return { build: found.build, created: false }
      const job = jobFor(jobs, draft)
      const stored: StoredBuild = { build: newBuild(draft, job), steps: new Map() }
      insertSteps(stored, draft.steps)
      if (!jobs.includes(job)) jobs.push(job)
      job.nextBuildNo++
      builds.set(keyOf(draft.projectId, draft), stored)
      builds.set(numberKey(stored.build), stored)
      return { build: stored.build, created: true }
    },

    async addSteps(project, record, drafts) {
      insertSteps(require(project, record), drafts)
    },

    async findBuild(project, address) {
      return find(project, address)?.build
    },

    async findStep(project, address, step) {
      return find(project, address)?.steps.get(step)
    },

    async listSteps(project, recordId) {
      return [...(find(project, { recordId })?.steps.values() ?? [])].sort((a, b) => a.stepId - b.stepId)
    },

    async changeStep(log, from, change) {
      const step = stepOf(log)
      if (step === undefined || !from.includes(step.state)) return false
      places.get(log)!.stored.steps.set(step.stepId, { ...step, ...change })
      return true
    },

    async finishBuild(project, record, outcome, atMs) {
      const stored = require(project, record)
      if (stored.build.outcome !== undefined) return false
      stored.build = { ...stored.build, outcome, finishedAtMs: atMs }
      for (const step of stored.steps.values())
        if (step.state === 'waiting') stored.steps.set(step.stepId, { ...step, state: 'skipped' })
      return true
    },

    async statesOf(logs) {
      const known = logs.flatMap(log => stepOf(log) ?? [])
      return new Map(
        known.map(({ log, state, createdAtMs, sizeBytes }) => [
          log,
          { state, createdAtMs, ...(sizeBytes === undefined ? {} : { sizeBytes }) },
        ]),
      )
    },

    async runningLogs(after, limit) {
      const later = [...places.keys()].filter(log => log > after)
      return later.filter(log => stepOf(log)?.state === 'running').slice(0, limit)
    },
  }
}

const keyOf = (project: ProjectId, address: BuildAddress) =>
  'recordId' in address ? `${project} ${address.recordId}` : numberKey({ projectId: project, ...address })

const numberKey = ({ projectId, jobId, buildNo }: Pick<Build, 'projectId' | 'jobId' | 'buildNo'>) =>
  `${projectId} ${jobId} ${buildNo}`

/** The steps that are not there yet, each once. */
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
  return { projectId, jobId: job.idIfNew, name: job.name, nextBuildNo: 1 }
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
