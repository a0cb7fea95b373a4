/** The message of a caught error. A thrown value that is not an error is shown as text. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * The code of an error from the system or the runtime, such as `ENOENT`; undefined for any other
 * value.
 */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
