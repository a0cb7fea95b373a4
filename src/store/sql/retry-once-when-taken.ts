import { isUniqueViolation } from './dialect.ts'

/**
 * Runs `work` again when a row that it adds was added by another server on the same database: the
 * second run sees that row. A second violation is thrown.
 */
export async function retryOnceWhenTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    return await work()
  }
}
