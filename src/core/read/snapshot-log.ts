import type { RecordId, StepId } from '../../contract/ids.ts'
import type { ByteOffset } from '../../contract/quantities.ts'
import { requireReadableStep } from '../access/authorize.ts'
import type { Principal } from '../access/principal.ts'
import type { BuildCatalog, Step } from '../ports/build-catalog.ts'
import type { LogReader } from './reader/log-reader.ts'

/** A step's log as of one moment. */
export interface LogSnapshot {
  readonly step: Step
  /** Where the log ended. Bytes that arrive later are not part of the snapshot. */
  readonly head: ByteOffset
}

/**
 * Finds a step's log and where it ends now, if the caller may read it. Rejects with `not-allowed`
 * or `not-found`, and as the reader does.
 */
export async function snapshotLog(
  { builds, reader }: { readonly builds: BuildCatalog; readonly reader: LogReader },
  who: Principal,
  recordId: RecordId,
  stepId: StepId,
): Promise<LogSnapshot> {
  const step = await requireReadableStep({ builds }, who, { recordId }, stepId)
  return { step, head: await endOfLog(reader, step) }
}

/**
 * Where readers see a step's log end. A sealed log ends at its recorded size, so that lost bytes
 * are reported as damage and never as a shorter log. Any other log ends at its head.
 */
export async function endOfLog(
  reader: LogReader,
  { sizeBytes, log }: Pick<Step, 'sizeBytes' | 'log'>,
): Promise<ByteOffset> {
  return sizeBytes ?? reader.head(log)
}

/**
 * Whether no more bytes are expected. An append to a skipped step is still accepted and makes it
 * running.
 */
export function isFinished({ state }: Pick<Step, 'state'>): boolean {
  return state === 'sealed' || state === 'skipped'
}
