import { TailraceError } from '../../contract/errors.ts'
import { BUILD_NO_MAX } from '../../contract/limits.ts'
import { MAX_INTEGER } from '../../contract/quantities.ts'

/** Reads digits that the schema let through. Throws `invalid-parameter` outside `[min, max]`. */
export function queryNumber(name: string, text: string, min = 0, max = MAX_INTEGER): number {
  const value = Number(text)
  if (value < min || value > max)
    throw new TailraceError('invalid-parameter', `${name} must be a number from ${min} to ${max}.`)
  return value
}

export const queryBuildNo = (text: string) => queryNumber('build_no', text, 1, BUILD_NO_MAX)
export const queryStepId = (text: string) => queryNumber('step_id', text, 1)
