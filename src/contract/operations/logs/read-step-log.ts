import Type from 'typebox'
import {
  type LogPageAnswer,
  logPageAnswer,
  optionalWindowParameters,
  sizeParameter,
  windowParameters,
} from '../../log-page.ts'
import { operation } from '../../operation.ts'
import { BUILD_NO_TEXT, digits, jobIdParameter, stepIdParameter } from '../../parameters.ts'

const stepParameters = {
  job_id: jobIdParameter,
  build_no: digits(BUILD_NO_TEXT, '1'),
  step_id: stepIdParameter,
}

/**
 * Reads a page of the log of one step (CodeArts Build: "Obtaining Build Action Run Logs";
 * docs/api.md §2).
 */
export const readStepLog = operation({
  name: 'read-step-log',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/task/step',
  summary: 'Read a page of the log of a step',
  description: 'Works while the step runs: poll while has_more is true.',
  query: Type.Object({ ...stepParameters, ...windowParameters, size: sizeParameter }),
  answer: logPageAnswer,
})

/**
 * The same for clients that read after the step has ended: pages of 1000 lines (CodeArts Build:
 * ShowConsoleInfo).
 */
export const readStepLogAfterRun = operation({
  name: 'read-step-log-after-run',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/task/page',
  summary: 'Read a page of 1000 lines of the log of a step',
  query: Type.Object({ ...stepParameters, ...optionalWindowParameters }),
  answer: logPageAnswer,
})

export type ReadStepLogQuery = Type.Static<typeof readStepLogAfterRun.query>
export type ReadStepLogAnswer = LogPageAnswer
