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

/** What writing use-cases share. */
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

/** States in which a step takes appends; all but running become running by one. */
const OPEN_STATES: readonly StepState[] = ['waiting', 'abandoned', 'skipped']

/** The step as it stands now. Rejects with `not-found` when it was deleted meanwhile. */
export async function currentStep({ builds }: Pick<WritePorts, 'builds'>, step: Step): Promise<Step> {
  const current = await builds.findStep(step.projectId, { recordId: step.recordId }, step.stepId)
  if (current === undefined) throw new TailraceError('not-found', 'The log does not exist.')
  return current
}

/**
 * Makes the step's log take appends and its state running, unless it is sealed; call under the log's lock. Resolves to
 * whether it is open. The state comes first: a log that takes appends while its step is waiting would be skipped when its build ends.
 * Rejects with `rate-limited` when the project has too many live logs, unless it is only opened `to-finish`.
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
    const changed = await setRunning(ports, log, began)
    if (!changed) return openLog(ports, step, now, what)
    ports.notifier.announceBuild(step.projectId, step.recordId)
  }
  await countLog(ports, step)
  await ports.journal.open(log, await knownHead(ports, log))
  return true
}

/** A change that fails gives the log's place back; where it came through all the same, the next append finds out. */
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

/** A build that had been silent for long counted no more; with a live log it does. */
async function countLog({ builds, quotas }: WritePorts, step: Step): Promise<void> {
  quotas.noteLog(step)
  if (quotas.countsBuild(step)) return
  const build = await builds.findBuild(step.projectId, { recordId: step.recordId })
  if (build !== undefined && build.outcome === undefined) quotas.noteBuild(step, build.createdAtMs)
}

/**
 * Where the log ends. What the journal says of a live log comes first: the packed end that is read while a flush is under way may be behind it.
 * Under the log's lock nobody else makes it live, so that a log which is not live stands wholly in packs.
 */
async function knownHead(
  { frames, journal }: Pick<WritePorts, 'frames' | 'journal'>,
  log: LogId,
): Promise<ByteOffset> {
  const extent = await journal.extent(log)
  if (extent !== undefined) return extent.head
  return (await frames.packedEnds([log])).get(log)?.end ?? 0
}
