import type { FastifyInstance } from 'fastify'
import type { OffsetFormat } from '../../../contract/offset-format.ts'
import type { BuildLogPagePorts } from '../../../core/read/build-log/read-build-log.ts'
import type { LogBodyPorts } from '../../present/encoded-log.ts'
import { downloadBuildLogRoute } from './download-build-log.ts'
import { downloadTaskLogRoute } from './download-task-log.ts'
import { readBuildLogRoute } from './read-build-log.ts'
import { readBuildLogBytesRoute } from './read-build-log-bytes.ts'
import { readLogAnalysisRoute } from './read-log-analysis.ts'
import { readStepLogRoute } from './read-step-log.ts'

/** Logs as pages and downloads, in the form that CodeArts Build clients read. */
export function registerLogRoutes(
  app: FastifyInstance,
  ports: LogBodyPorts & BuildLogPagePorts,
  offsetFormat: OffsetFormat,
): void {
  readStepLogRoute(app, ports, offsetFormat)
  downloadTaskLogRoute(app, ports)
  readBuildLogRoute(app, ports)
  readBuildLogBytesRoute(app, ports)
  downloadBuildLogRoute(app, ports)
  readLogAnalysisRoute(app, ports)
}
