import Type from 'typebox'
import { logPageAnswer, optionalWindowParameters, sizeParameter } from '../../log-page.ts'
import { operation } from '../../operation.ts'
import { numberedBuildParams } from '../../records/lookup-parameters.ts'

/**
 * Reads a page of the log of a build: the logs of its steps, in the order of the steps (CodeArts
 * Build: DownloadBuildRealTimeLog; docs/api.md §2).
 */
export const readBuildLog = operation({
  name: 'read-build-log',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/:job_id/:build_no/real-time-log',
  summary: 'Read a page of the log of a build',
  description: 'Works while the build runs: poll while has_more is true.',
  params: numberedBuildParams,
  query: Type.Object({ ...optionalWindowParameters, size: sizeParameter }),
  answer: logPageAnswer,
})

/**
 * The same for clients that read after the build has ended: pages of 1000 lines (CodeArts Build:
 * ShowActionIInfo).
 */
export const readBuildLogAfterRun = operation({
  name: 'read-build-log-after-run',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/stage/page',
  summary: 'Read a page of 1000 lines of the log of a build',
  query: Type.Object({ ...numberedBuildParams.properties, ...optionalWindowParameters }),
  answer: logPageAnswer,
})
