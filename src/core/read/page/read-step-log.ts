import type { StepId } from '../../../contract/ids.ts'
import { requireReadableStep } from '../../access/authorize.ts'
import type { Principal } from '../../access/principal.ts'
import type { BuildAddress, BuildCatalog } from '../../ports/build-catalog.ts'
import type { LogReader } from '../reader/log-reader.ts'
import { endOfLog, isFinished } from '../snapshot-log.ts'
import { type PageQuery, readPage, type SourcedPage } from './read-page.ts'

/**
 * Reads a page of one step's log (docs/api.md §2). Rejects with `not-allowed` or `not-found`, and
 * as the reader does.
 */
export async function readStepLog(
  { builds, reader }: { readonly builds: BuildCatalog; readonly reader: LogReader },
  who: Principal,
  build: BuildAddress,
  stepId: StepId,
  query: PageQuery,
): Promise<SourcedPage> {
  const step = await requireReadableStep({ builds }, who, build, stepId)
  const state = {
    finished: isFinished(step),
    running: step.state === 'running',
  }
  const exact = { ...reader, head: () => endOfLog(reader, step) }
  const page = await readPage(exact, step.log, state, query)
  return { ...page, location: step.source }
}
