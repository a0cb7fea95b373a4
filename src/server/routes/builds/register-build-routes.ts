import type { FastifyInstance } from 'fastify'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import type { BuildHistory } from '../../../core/ports/build-history.ts'
import { listBuildInfoRecordsRoutes } from './list-build-info-records.ts'
import { listBuildRecordsRoute } from './list-build-records.ts'
import { listProjectJobsRoutes } from './list-project-jobs.ts'
import { showBuildInfoRoute } from './show-build-info.ts'
import { showBuildInfoRecordRoute } from './show-build-info-record.ts'
import { showBuildRecordRoute } from './show-build-record.ts'
import { showFullStagesRoute } from './show-full-stages.ts'
import { showHistoryDetailsRoute } from './show-history-details.ts'
import { showJobStatusRoutes } from './show-job-status.ts'
import { showRecordInfoRoutes } from './show-record-info.ts'
import { showRunningStatusRoute } from './show-running-status.ts'

interface Ports {
  readonly builds: BuildCatalog
  readonly history: BuildHistory
}

/** Jobs and builds, in the form that CodeArts Build clients read. */
export function registerBuildRoutes(app: FastifyInstance, ports: Ports): void {
  showFullStagesRoute(app, ports)
  showRecordInfoRoutes(app, ports)
  showBuildInfoRoute(app, ports)
  showBuildInfoRecordRoute(app, ports)
  listBuildInfoRecordsRoutes(app, ports)
  listBuildRecordsRoute(app, ports)
  showBuildRecordRoute(app, ports)
  showRunningStatusRoute(app, ports)
  showJobStatusRoutes(app, ports)
  showHistoryDetailsRoute(app, ports)
  listProjectJobsRoutes(app, ports)
}
