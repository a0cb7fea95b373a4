/** The message of a caught error. A thrown value that is not an error is shown as text. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * What is wrong with a regular expression: the end of the message of the `SyntaxError` that its
 * construction threw. The start is the expression and its flags, which people need not read again.
 */
export function expressionFault(error: unknown): string {
  const reason = errorMessage(error).split(': ').at(-1) ?? ''
  return reason.charAt(0).toLowerCase() + reason.slice(1)
}

/**
 * The code of an error from the system or the runtime, such as `ENOENT`; undefined for any other
 * value.
 */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
