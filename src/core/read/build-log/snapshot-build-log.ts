import type { ByteOffset, LogId } from '../../../contract/quantities.ts'
import { requireReadableBuild } from '../../access/authorize.ts'
import type { Principal } from '../../access/principal.ts'
import type { Build, BuildAddress, BuildCatalog } from '../../ports/build-catalog.ts'
import type { StepLog, StepLogs } from '../../ports/step-logs.ts'
import type { StepGrowth } from '../page/visible-end.ts'
import type { LogReader } from '../reader/log-reader.ts'
import { isFinished } from '../snapshot-log.ts'

/** The log of one step as a part of its build's log. */
export interface BuildLogPart {
  readonly log: LogId
  /** At least 1. */
  readonly sizeBytes: ByteOffset
  /** Whether its last line ends with the part: if the newline is missing, it is added. */
  readonly endsLine: boolean
}

/** A build's own log (docs/api.md §2) as of one moment. */
export interface BuildLogSnapshot {
  readonly build: Build
  /** In step order, without empty logs. */
  readonly parts: readonly BuildLogPart[]
  readonly growth: StepGrowth
}

export interface BuildLogPorts {
  readonly builds: BuildCatalog
  readonly stepLogs: StepLogs
  readonly reader: LogReader
}

/**
 * Finds a build's own log as it is now, if the caller may read it: its steps' logs in step order,
 * up to the head of the first step that is waiting or running. The last line of a sealed log ends
 * with it. The last line of an abandoned log, which may still grow, ends there once bytes of a
 * later step follow. The log is finished when the build has its outcome and every step is sealed or
 * skipped. An append to an abandoned step moves the bytes that follow it.
 *
 * Rejects with `not-allowed` or `not-found`, and as the reader does.
 */
export async function snapshotBuildLog(
  { builds, stepLogs, reader }: BuildLogPorts,
  who: Principal,
  address: BuildAddress,
): Promise<BuildLogSnapshot> {
  const build = await requireReadableBuild({ builds }, who, address)
  // States are read before heads, so that a step found sealed has all its bytes.
  const steps = await stepLogs.listStepLogs(build.projectId, build.recordId)
  const filled = await withBytes(reader, upToLowestOpen(steps))
  return {
    build,
    parts: filled.map(({ step, sizeBytes }, i) => ({
      log: step.log,
      sizeBytes,
      endsLine: step.state === 'sealed' || i < filled.length - 1,
    })),
    growth: {
      finished: build.outcome !== undefined && steps.every(isFinished),
      running: filled.at(-1)?.step.state === 'running',
    },
  }
}

const isOpen = ({ state }: StepLog) => state === 'waiting' || state === 'running'

function upToLowestOpen(steps: readonly StepLog[]): readonly StepLog[] {
  const open = steps.findIndex(isOpen)
  return open < 0 ? steps : steps.slice(0, open + 1)
}

async function withBytes(reader: LogReader, steps: readonly StepLog[]) {
  const filled: { readonly step: StepLog; readonly sizeBytes: ByteOffset }[] = []
  for (const step of steps) {
    const sizeBytes = step.sizeBytes ?? (mayHaveBytes(step) ? await reader.head(step.log) : 0)
    if (sizeBytes > 0) filled.push({ step, sizeBytes })
  }
  return filled
}

/** A waiting or skipped step becomes running before its first byte is stored. */
const mayHaveBytes = ({ state }: StepLog) => state === 'running' || state === 'abandoned'
