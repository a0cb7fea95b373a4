import Type from 'typebox'
import { operation } from '../operation.ts'
import { recordIdParameter, taskNameParameter } from '../parameters.ts'

/** Downloads the log of one build action (seed page "Downloading Build Action Logs"; api.md §3). */
export const downloadTaskLog = operation({
  name: 'download-task-log',
  method: 'GET',
  path: '/v4/:record_id/task-log',
  summary: 'Download the log of a build action',
  params: Type.Object({ record_id: recordIdParameter }),
  query: Type.Object({
    task_name: taskNameParameter,
    log_level: Type.Optional(
      Type.Union([Type.Literal('INFO'), Type.Literal('DEBUG')], {
        description: 'INFO (the default) leaves out DEBUG lines; DEBUG is every byte.',
      }),
    ),
  }),
})

export type DownloadTaskLogParams = Type.Static<typeof downloadTaskLog.params>
export type DownloadTaskLogQuery = Type.Static<typeof downloadTaskLog.query>
