import Type from 'typebox'
import { compressParameter, logLevelParameter, storedLogFile } from '../../log-file.ts'
import { operation } from '../../operation.ts'
import { recordIdParameter, taskNameParameter } from '../../parameters.ts'

const params = Type.Object({ record_id: recordIdParameter })

/**
 * Downloads the log of one step (CodeArts Build: "Downloading Build Action Logs"; docs/api.md §3).
 */
export const downloadTaskLog = operation({
  name: 'download-task-log',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v4/:record_id/task-log',
  summary: 'Download the log of a step',
  params,
  query: Type.Object({ task_name: taskNameParameter, log_level: logLevelParameter }),
  ...storedLogFile,
})

/** The same; can return a .zip file (CodeArts Build: DownloadTaskLogNew). */
export const downloadTaskLogV1 = operation({
  name: 'download-task-log-v1',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/:record_id/task-log',
  summary: 'Download the log of a step (v1)',
  description: 'Can return a .zip file.',
  params,
  query: Type.Object({
    task_name: taskNameParameter,
    log_level: logLevelParameter,
    compress: compressParameter,
  }),
  ...storedLogFile,
})

export type DownloadTaskLogParams = Type.Static<typeof params>
export type DownloadTaskLogQuery = Type.Static<typeof downloadTaskLogV1.query>
