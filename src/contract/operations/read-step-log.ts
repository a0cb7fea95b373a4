import Type from 'typebox'
import { operation } from '../operation.ts'
import { digits, jobIdParameter } from '../parameters.ts'

/** Pages through the log of one build action (seed page "Obtaining Build Action Run Logs"; api.md §2). */
export const readStepLog = operation({
  name: 'read-step-log',
  method: 'GET',
  path: '/v1/log/task/step',
  summary: 'Read a page of the log of a build action',
  query: Type.Object({
    job_id: jobIdParameter,
    build_no: digits('Run of the build task, 1, 2, …'),
    step_id: digits('Build action, 1, 2, …'),
    start_offset: digits('Where the window begins, in bytes of the log.'),
    end_offset: digits('Where the window ends; 0, or not past start_offset, leaves the end open.'),
    sort: Type.Optional(
      Type.String({
        pattern: '^([Aa][Ee][Ss]|[Aa][Ss][Cc]|[Dd][Ee][Ss][Cc])?$',
        description: 'AES (or ASC, the default): the first lines of the window; DESC: the last ones.',
      }),
    ),
    size: digits('Lines of the page at most; 0, or more than 1000, means 1000.'),
  }),
  answer: Type.Object({
    result: Type.Object({
      start_offset: Type.Union([Type.Integer({ minimum: 0 }), Type.String()]),
      end_offset: Type.Union([Type.Integer({ minimum: 0 }), Type.String()]),
      log: Type.String(),
      has_more: Type.Boolean(),
      location: Type.String(),
    }),
    error: Type.Null(),
    status: Type.Literal('success'),
  }),
})

export type ReadStepLogQuery = Type.Static<typeof readStepLog.query>
export type ReadStepLogAnswer = Type.Static<typeof readStepLog.answer>
