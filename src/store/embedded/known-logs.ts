import type { LogId } from '../../contract/quantities.ts'
import type { StepCensus } from '../../core/ports/build-catalog.ts'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'

/** What a journal that is opened must know of these logs: how far they are packed, and whether they are sealed, and how long then. Deleted ones are left out. */
export async function knownLogs(
  census: Pick<StepCensus, 'statesOf'>,
  frames: Pick<FrameCatalog, 'packedEnds'>,
  logs: readonly LogId[],
) {
  const [states, ends] = await Promise.all([census.statesOf(logs), frames.packedEnds(logs)])
  return new Map(
    [...states].map(([log, { state, sizeBytes }]) => [
      log,
      {
        packedEnd: ends.get(log)?.end ?? 0,
        // An append to any other log must open it, which makes its step running.
        open: state === 'running',
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
      },
    ]),
  )
}
