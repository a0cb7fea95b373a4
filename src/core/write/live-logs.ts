import { TailraceError } from '../../contract/errors.ts'
import type { ByteOffset, EpochMs } from '../../contract/quantities.ts'
import type { BuildCatalog, Step, StepState } from '../ports/build-catalog.ts'
import type { Clock } from '../ports/capabilities.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { Journal, LogId } from '../ports/journal.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { LogReader } from '../read/log-reader.ts'
import type { LogDigests } from './log-digests.ts'
import type { LogLocks } from './log-locks.ts'

/** What writing use-cases share. */
export interface WritePorts {
  readonly builds: BuildCatalog
  readonly frames: FrameCatalog
  readonly journal: Journal
  readonly notifier: Notifier
  readonly reader: LogReader
  readonly digests: LogDigests
  /** When each live log took its last append, since this process began. */
  readonly lastAppends: Map<LogId, EpochMs>
  readonly locks: LogLocks
  readonly clock: Clock
}

/** States in which a step takes appends; all but running become running by one. */
const OPEN_STATES: readonly StepState[] = ['waiting', 'abandoned', 'skipped']

/** The step as it stands now. Rejects with `not-found` when it was deleted meanwhile. */
export async function currentStep({ builds }: Pick<WritePorts, 'builds'>, step: Step): Promise<Step> {
  const current = await builds.findStep(step.projectId, { recordId: step.recordId }, step.stepId)
  if (current === undefined) throw new TailraceError('not-found', 'The log does not exist.')
  return current
}

/** Makes the step's log take appends and its state running, unless it is sealed; call under the log's lock. Resolves to whether it is open. */
export async function openLog(ports: WritePorts, step: Step, now: EpochMs): Promise<boolean> {
  const { state, log } = await currentStep(ports, step)
  if (state === 'sealed') return false
  await ports.journal.open(log, await packedEnd(ports, log))
  if (state !== 'running') {
    const began = step.beganAtMs === undefined ? { beganAtMs: now } : {}
    await ports.builds.changeStep(log, OPEN_STATES, { state: 'running', ...began })
  }
  return true
}

async function packedEnd({ frames }: Pick<WritePorts, 'frames'>, log: LogId): Promise<ByteOffset> {
  return (await frames.packedEnds([log])).get(log)?.end ?? 0
}
