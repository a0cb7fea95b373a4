import Type from 'typebox'
import { compressParameter, logFile, logLevelParameter } from '../../log-file.ts'
import { operation } from '../../operation.ts'
import { recordIdParameter } from '../../parameters.ts'

const params = Type.Object({ record_id: recordIdParameter })

/** Downloads the log of a whole build (contract page §1.3, DownloadBuildLog; docs/api.md §3). */
export const downloadBuildLog = operation({
  name: 'download-build-log',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v4/:record_id/download-log',
  summary: 'Download the log of a build',
  params,
  query: Type.Object({ log_level: logLevelParameter }),
  ...logFile,
})

/** The same, on request as a .zip file (contract page §1.3, DownloadBuildFullLog). */
export const downloadBuildLogV1 = operation({
  name: 'download-build-log-v1',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/:record_id/download-log',
  summary: 'Download the log of a build, compressed or not',
  params,
  query: Type.Object({ log_level: logLevelParameter, compress: compressParameter }),
  ...logFile,
})

/** Every byte of it: this route knows no levels (contract page §1.3, DownloadLogByRecordId). */
export const downloadBuildLogV3 = operation({
  name: 'download-build-log-v3',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v3/:record_id/download-log',
  summary: 'Download the log of a build with its DEBUG lines',
  params,
  query: Type.Object({ compress: compressParameter }),
  ...logFile,
})

export type DownloadBuildLogParams = Type.Static<typeof params>
export type DownloadBuildLogQuery = Type.Static<typeof downloadBuildLogV1.query>
