import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { stepLogParams } from '../writing/append-log.ts'

/**
 * Reads lines of a step's log by number, each with its offset and time of arrival (docs/api.md §5).
 */
export const readLines = operation({
  name: 'read-lines',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/builds/:record_id/steps/:step_id/log/lines',
  summary: 'Read lines of the log of a step',
  description: 'Each line comes with its offset and the time at which it arrived.',
  params: stepLogParams,
  query: Type.Object({
    from: Type.Optional(
      Type.String({
        pattern: '^-?[0-9]{1,16}$',
        description:
          'The first line, counted from 1. A negative number counts from the end: -10 returns the last ten lines. Default: 1.',
      }),
    ),
    count: Type.Optional(digits('Maximum number of lines, up to 5000. Default: 1000.')),
  }),
  answer: Type.Object({
    total: Type.Integer({
      minimum: 0,
      description: 'Number of lines, including a last line without a newline.',
    }),
    complete: Type.Boolean({ description: 'True if the log will not grow any more.' }),
    lines: Type.Array(
      Type.Object({
        n: Type.Integer({ minimum: 1 }),
        offset: Type.Integer({ minimum: 0, description: 'Byte offset of the start of the line.' }),
        time: Type.String({ description: 'When the first byte of the line arrived: ISO 8601, UTC.' }),
        text: Type.String({ description: 'The line without its newline, at most 64 KiB of it.' }),
        truncated: Type.Boolean(),
      }),
    ),
  }),
})

export type ReadLinesQuery = Type.Static<typeof readLines.query>
export type ReadLinesAnswer = Type.Static<typeof readLines.answer>
