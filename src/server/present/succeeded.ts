/** The envelope of the v1 look-ups (contract/records/envelope.ts). */
export function succeeded<T>(result: T): { result: T; error: null; status: 'success' } {
  return { result, error: null, status: 'success' }
}
