import type { RecordId, StepId } from '../../contract/ids.ts'
import type { ByteOffset } from '../../contract/quantities.ts'
import type { Principal } from '../access/principal.ts'
import type { BuildCatalog, Step } from '../ports/build-catalog.ts'
import { endOfLog } from './end-of-log.ts'
import { requireReadableStep } from './find-step.ts'
import type { LogReader } from './log-reader.ts'

export interface LogSnapshot {
  readonly step: Step
  /** Everything below is read; what comes later is not. */
  readonly head: ByteOffset
}

/** The log of a step as it ends now, if the caller may read it. Rejects with `not-allowed` or `not-found`. */
export async function snapshotLog(
  { builds, reader }: { readonly builds: BuildCatalog; readonly reader: LogReader },
  who: Principal,
  recordId: RecordId,
  stepId: StepId,
): Promise<LogSnapshot> {
  const step = await requireReadableStep({ builds }, who, { recordId }, stepId)
  return { step, head: await endOfLog(reader, step) }
}
