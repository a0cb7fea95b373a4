import Type from 'typebox'
import { compressParameter, logFile, logLevelParameter } from '../../log-file.ts'
import { operation } from '../../operation.ts'
import { recordIdParameter } from '../../parameters.ts'

const params = Type.Object({ record_id: recordIdParameter })

/** Downloads the log of a build (CodeArts Build: DownloadBuildLog; docs/api.md §3). */
export const downloadBuildLog = operation({
  name: 'download-build-log',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v4/:record_id/download-log',
  summary: 'Download the log of a build',
  description: 'The log of a build is the logs of its steps, in the order of the steps.',
  params,
  query: Type.Object({ log_level: logLevelParameter }),
  ...logFile,
})

/** The same; can return a .zip file (CodeArts Build: DownloadBuildFullLog). */
export const downloadBuildLogV1 = operation({
  name: 'download-build-log-v1',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/:record_id/download-log',
  summary: 'Download the log of a build (v1)',
  description: 'Can return a .zip file.',
  params,
  query: Type.Object({ log_level: logLevelParameter, compress: compressParameter }),
  ...logFile,
})

/** Downloads every byte: this route has no log levels (CodeArts Build: DownloadLogByRecordId). */
export const downloadBuildLogV3 = operation({
  name: 'download-build-log-v3',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v3/:record_id/download-log',
  summary: 'Download the log of a build (v3)',
  description: 'Returns every byte, DEBUG lines included. Can return a .zip file.',
  params,
  query: Type.Object({ compress: compressParameter }),
  ...logFile,
})

export type DownloadBuildLogParams = Type.Static<typeof params>
export type DownloadBuildLogQuery = Type.Static<typeof downloadBuildLogV1.query>
