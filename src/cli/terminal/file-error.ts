import { getSystemErrorMessage } from 'node:util'

/** What the system says of a file, told with the name that the person gave; any other error as it is. */
export function fileError(file: string, what: 'read' | 'written', error: unknown): unknown {
  const { errno, code } = error as NodeJS.ErrnoException
  if (errno === undefined || code === undefined) return error
  return new Error(`${file} cannot be ${what}: ${getSystemErrorMessage(errno)} (${code})`, { cause: error })
}
