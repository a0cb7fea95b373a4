import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { stepLogParams } from '../writing/append-log.ts'

/** Reads lines of a step's log by their numbers, with places and times of arrival (docs/api.md §5). */
export const readLines = operation({
  name: 'read-lines',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/builds/:record_id/steps/:step_id/log/lines',
  summary: 'Read lines of the log of a step',
  params: stepLogParams,
  query: Type.Object({
    from: Type.Optional(
      Type.String({
        pattern: '^-?[0-9]{1,16}$',
        description: 'First line, from 1; -10 begins ten lines before the end. 1 where absent.',
      }),
    ),
    count: Type.Optional(digits('Lines at most, up to 5000; 1000 where absent.')),
  }),
  answer: Type.Object({
    total: Type.Integer({ minimum: 0, description: 'Line ends, and a last line without one.' }),
    complete: Type.Boolean({ description: 'No more will come.' }),
    lines: Type.Array(
      Type.Object({
        n: Type.Integer({ minimum: 1 }),
        offset: Type.Integer({ minimum: 0, description: 'Where the line begins, in bytes of the log.' }),
        time: Type.String({ description: 'When its first byte arrived: ISO 8601, UTC.' }),
        text: Type.String({ description: 'Without the line end, at most 64 KiB of the line.' }),
        truncated: Type.Boolean(),
      }),
    ),
  }),
})

export type ReadLinesQuery = Type.Static<typeof readLines.query>
export type ReadLinesAnswer = Type.Static<typeof readLines.answer>
