import type { ByteOffset } from '../../contract/quantities.ts'
import type { Step } from '../ports/build-catalog.ts'
import type { LogReader } from './log-reader.ts'

/**
 * Where a step's log ends for its readers: of a sealed log its size, so that lost bytes are damage and never a shorter log; of any
 * other where it ends now.
 */
export async function endOfLog(
  reader: LogReader,
  { sizeBytes, log }: Pick<Step, 'sizeBytes' | 'log'>,
): Promise<ByteOffset> {
  return sizeBytes ?? reader.head(log)
}
