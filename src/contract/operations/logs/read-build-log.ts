import Type from 'typebox'
import { logPageAnswer, optionalWindowParameters, sizeParameter } from '../../log-page.ts'
import { operation } from '../../operation.ts'
import { numberedBuildParams } from '../../records/lookup-parameters.ts'

/** Pages through the log of a whole build, its steps' logs in step order (contract page §1.2, DownloadBuildRealTimeLog; docs/api.md §2). */
export const readBuildLog = operation({
  name: 'read-build-log',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/:job_id/:build_no/real-time-log',
  summary: 'Read a page of the log of a build, also while it runs',
  params: numberedBuildParams,
  query: Type.Object({ ...optionalWindowParameters, size: sizeParameter }),
  answer: logPageAnswer,
})

/** The same for clients that read once the build has run: pages of 1000 lines (contract page §1.2, ShowActionIInfo). */
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
