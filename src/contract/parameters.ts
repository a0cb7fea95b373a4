import Type from 'typebox'
import { JOB_ID_PATTERN, RECORD_ID_PATTERN, TASK_NAME_PATTERN, UUID_PATTERN } from './ids.ts'
import { NAME_MAX_CHARACTERS } from './limits.ts'

/** A number in a query: digits only, at most 2^53-1; the upper bound is checked when it is read (docs/api.md §1). */
const DIGITS_PATTERN = '^[0-9]{1,16}$'
export const digits = (description: string) => Type.String({ pattern: DIGITS_PATTERN, description })

export const jobIdParameter = Type.String({
  pattern: JOB_ID_PATTERN,
  description: 'Build task, 32 digits and lower-case letters.',
})
export const recordIdParameter = Type.String({
  pattern: RECORD_ID_PATTERN,
  description: 'Build record, 36 characters.',
})
export const taskNameParameter = Type.String({
  pattern: TASK_NAME_PATTERN,
  description: 'stageX, X = number of the action, from 1.',
})

/** A name that people gave: one line without outer blanks, no control characters, no half of a surrogate pair. */
export const name = (description: string) =>
  Type.String({
    minLength: 1,
    maxLength: NAME_MAX_CHARACTERS,
    pattern: '^(?! )[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*(?<! )$',
    description: `${description} 1 to ${NAME_MAX_CHARACTERS} characters in one line, without outer blanks.`,
  })

/** How a build or step ended; any case. */
export const outcome = Type.String({
  pattern: '^([Ss][Uu][Cc][Cc][Ee][Ss][Ss]|[Ff][Aa][Ii][Ll][Uu][Rr][Ee]|[Aa][Bb][Oo][Rr][Tt][Ee][Dd])$',
  description: 'SUCCESS, FAILURE or ABORTED.',
})
export const newRecordId = Type.String({
  pattern: UUID_PATTERN,
  description: 'A UUID in lower case that the client made.',
})
