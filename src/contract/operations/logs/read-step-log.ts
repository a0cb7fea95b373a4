import Type from 'typebox'
import {
  type LogPageAnswer,
  logPageAnswer,
  optionalWindowParameters,
  sizeParameter,
  windowParameters,
} from '../../log-page.ts'
import { operation } from '../../operation.ts'
import { digits, jobIdParameter } from '../../parameters.ts'

const stepParameters = {
  job_id: jobIdParameter,
  build_no: digits('Run of the build task, 1, 2, …'),
  step_id: digits('Build action, 1, 2, …'),
}

/** Pages through the log of one build action (seed page "Obtaining Build Action Run Logs"; docs/api.md §2). */
export const readStepLog = operation({
  name: 'read-step-log',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/task/step',
  summary: 'Read a page of the log of a build action',
  query: Type.Object({ ...stepParameters, ...windowParameters, size: sizeParameter }),
  answer: logPageAnswer,
})

/** The same for clients that read once the action has run: pages of 1000 lines (contract page §1.2, ShowConsoleInfo). */
export const readStepLogAfterRun = operation({
  name: 'read-step-log-after-run',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/task/page',
  summary: 'Read a page of 1000 lines of the log of a build action',
  query: Type.Object({ ...stepParameters, ...optionalWindowParameters }),
  answer: logPageAnswer,
})

export type ReadStepLogQuery = Type.Static<typeof readStepLogAfterRun.query>
export type ReadStepLogAnswer = LogPageAnswer
