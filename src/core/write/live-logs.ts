import { TailraceError } from '../../contract/errors.ts'
import type { ByteOffset, EpochMs, LogId } from '../../contract/quantities.ts'
import type { BuildCatalog, Step, StepState } from '../ports/build-catalog.ts'
import type { Clock } from '../ports/capabilities.ts'
import type { Coordination } from '../ports/coordination.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { Journal } from '../ports/journal.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { LogReader } from '../read/reader/log-reader.ts'
import type { LogDigests } from './log-digests.ts'
import type { Quotas } from './quotas.ts'

/** What the writing use cases share. */
export interface WritePorts extends Pick<Coordination, 'locks' | 'lastAppends'> {
  readonly builds: BuildCatalog
  readonly frames: FrameCatalog
  readonly journal: Journal
  readonly notifier: Notifier
  readonly reader: LogReader
  readonly digests: LogDigests
  readonly quotas: Quotas
  readonly clock: Clock
  /** Called when a log's sealed state is durable. Must not throw. */
  readonly onSealed?: (log: LogId, sizeBytes: ByteOffset) => void
}

/** The states that an append changes to running. */
const OPEN_STATES: readonly StepState[] = ['waiting', 'abandoned', 'skipped']

/** The step as it is now. Rejects with `not-found` when it was deleted meanwhile. */
export async function currentStep({ builds }: Pick<WritePorts, 'builds'>, step: Step): Promise<Step> {
  const current = await builds.findStep(step.projectId, { recordId: step.recordId }, step.stepId)
  if (current === undefined) throw new TailraceError('not-found', 'The log does not exist.')
  return current
}

/**
 * Makes the step running and its log live, unless it is sealed. Call this under the log's lock.
 * Resolves to whether the log accepts appends. Rejects with `rate-limited` when the project has too
 * many live logs, unless the log is only opened `to-finish`.
 */
export async function openLog(
  ports: WritePorts,
  step: Step,
  now: EpochMs,
  what: 'to-append' | 'to-finish',
): Promise<boolean> {
  const { state, log, beganAtMs } = await currentStep(ports, step)
  if (state === 'sealed') return false
  if (state !== 'running') {
    if (what === 'to-append') ports.quotas.takeLog(step)
    const began = beganAtMs === undefined ? { beganAtMs: now } : {}
    // The state changes first: while it is waiting, the end of the build would skip the step.
    const changed = await setRunning(ports, log, began)
    if (!changed) return openLog(ports, step, now, what)
    ports.notifier.announceBuild(step.projectId, step.recordId)
  }
  await countLog(ports, step)
  await ports.journal.open(log, await knownHead(ports, log))
  return true
}

/**
 * Resolves to whether the step was changed. If not, the log no longer counts towards the quota. A
 * change that failed but reached the catalog is noticed by the next append.
 */
async function setRunning(
  { builds, quotas }: WritePorts,
  log: LogId,
  began: { readonly beganAtMs?: EpochMs },
): Promise<boolean> {
  let changed = false
  try {
    changed = await builds.changeStep(log, OPEN_STATES, { state: 'running', ...began })
  } finally {
    if (!changed) quotas.endLog(log)
  }
  return changed
}

/**
 * Counts the log, and its build: a build that was silent for long did not count, but with a live
 * log it does again.
 */
async function countLog({ builds, quotas }: WritePorts, step: Step): Promise<void> {
  quotas.noteLog(step)
  if (quotas.countsBuild(step)) return
  const build = await builds.findBuild(step.projectId, { recordId: step.recordId })
  if (build !== undefined && build.outcome === undefined) quotas.noteBuild(step, build.createdAtMs)
}

/**
 * Where the log ends. The journal is asked first, because during a flush the packed end may lag.
 * Under the log's lock nobody else makes the log live, so a log that is not live is wholly in
 * packs.
 */
async function knownHead(
  { frames, journal }: Pick<WritePorts, 'frames' | 'journal'>,
  log: LogId,
): Promise<ByteOffset> {
  const extent = await journal.extent(log)
  if (extent !== undefined) return extent.head
  return (await frames.packedEnds([log])).get(log)?.end ?? 0
}
