import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import { isStoreFailure } from './dialect.ts'

/**
 * Runs `work` and turns every failure of the database (full, closed, unreachable, damaged) into
 * `store-unavailable`, with the failure as its cause. Other errors, such as a violated constraint,
 * are bugs and stay as they are.
 */
export async function reportFailures<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isTailraceError(error) || !isStoreFailure(error)) throw error
    throw new TailraceError('store-unavailable', 'The catalog is not available.', {}, { cause: error })
  }
}
