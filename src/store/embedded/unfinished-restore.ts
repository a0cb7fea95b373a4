import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TailraceError } from '../../contract/errors.ts'

/** The file that stands in a data directory while a back-up is restored into it, and after a restore that was cut off. */
export const UNFINISHED_RESTORE_NAME = 'restore.unfinished'

/** Rejects with `store-unavailable` where a restore did not end: part of a store must not be taken for a whole one. */
export async function assertRestored(dataDirectory: string): Promise<void> {
  const found = await stat(join(dataDirectory, UNFINISHED_RESTORE_NAME)).catch(() => undefined)
  if (found !== undefined)
    throw new TailraceError(
      'store-unavailable',
      `A restore into ${dataDirectory} has not ended: run the same "tailrace restore" again.`,
    )
}
