import Type from 'typebox'
import { JOB_ID_PATTERN, RECORD_ID_PATTERN, TASK_NAME_PATTERN, UUID_PATTERN } from './ids.ts'
import { NAME_MAX_CHARACTERS } from './limits.ts'

/**
 * A number in a query: digits only, at most 2^53-1. The upper bound is checked when it is read
 * (docs/api.md §1).
 */
const DIGITS_PATTERN = '^[0-9]{1,16}$'
export const digits = (description: string, example?: string) =>
  Type.String({
    pattern: DIGITS_PATTERN,
    description,
    ...(example === undefined ? {} : { examples: [example] }),
  })

export const BUILD_NO_TEXT = 'The number of the build in its job: 1, 2, …'
export const stepIdParameter = digits('The step of the build: 1, 2, …', '1')

export const jobIdParameter = Type.String({
  pattern: JOB_ID_PATTERN,
  description: 'The job: 32 digits and lower-case letters.',
  examples: ['0k5bq8z1x7c4v2n9m3a6s1d8f5g2h7j4'],
})
export const recordIdParameter = Type.String({
  pattern: RECORD_ID_PATTERN,
  description: 'The build: 36 characters.',
  examples: ['9b2e4c1a-7d35-4f8e-b6a0-3c5d7e9f1a2b'],
})
export const taskNameParameter = Type.String({
  pattern: TASK_NAME_PATTERN,
  description: 'The step as stageX, where X is its step_id.',
  examples: ['stage1'],
})

/**
 * A name that a person chose: one line without leading or trailing spaces, control characters or
 * lone surrogates.
 */
export const name = (description: string) =>
  Type.String({
    minLength: 1,
    maxLength: NAME_MAX_CHARACTERS,
    pattern: '^(?! )[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*(?<! )$',
    description: `${description} 1 to ${NAME_MAX_CHARACTERS} characters in one line, without leading or trailing spaces.`,
  })

/** How a build or step ended, in any case. */
export const outcome = Type.String({
  pattern: '^([Ss][Uu][Cc][Cc][Ee][Ss][Ss]|[Ff][Aa][Ii][Ll][Uu][Rr][Ee]|[Aa][Bb][Oo][Rr][Tt][Ee][Dd])$',
  description: 'SUCCESS, FAILURE or ABORTED.',
})
export const newRecordId = Type.String({
  pattern: UUID_PATTERN,
  description: 'A UUID in lower case, chosen by the client.',
})
