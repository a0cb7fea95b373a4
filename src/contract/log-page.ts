import Type from 'typebox'
import { digits } from './parameters.ts'
import { succeeded } from './records/envelope.ts'

/** The parameters of operations that return a page of a log (docs/api.md §2). */
export const windowParameters = {
  start_offset: digits('Byte offset at which the window starts.', '0'),
  end_offset: digits(
    'Byte offset at which the window ends. 0, or not past start_offset: the window has no end.',
    '0',
  ),
  sort: Type.Optional(
    Type.String({
      pattern: '^([Aa][Ee][Ss]|[Aa][Ss][Cc]|[Dd][Ee][Ss][Cc])?$',
      description: 'AES or ASC returns the first lines of the window, DESC the last ones. Default: AES.',
    }),
  ),
}

/** The same with optional offsets. */
export const optionalWindowParameters = {
  ...windowParameters,
  start_offset: Type.Optional(windowParameters.start_offset),
  end_offset: Type.Optional(windowParameters.end_offset),
}

export const sizeParameter = digits('Maximum number of lines. 0, or more than 1000, means 1000.', '1000')

const offset = Type.Union([Type.Integer({ minimum: 0 }), Type.String()])

export const logPageAnswer = succeeded(
  Type.Object({
    start_offset: offset,
    end_offset: offset,
    log: Type.String(),
    has_more: Type.Boolean(),
    location: Type.String(),
  }),
)

export type LogPageAnswer = Type.Static<typeof logPageAnswer>

/** Which page to read. A value that is left out is 0, or the default order. */
export interface LogPageQuery {
  readonly start_offset?: string
  readonly end_offset?: string
  readonly sort?: string
  readonly size?: string
}
