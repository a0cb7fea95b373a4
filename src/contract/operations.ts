import type { Operation } from './operation.ts'
import * as addSteps from './operations/add-steps.ts'
import * as appendLog from './operations/append-log.ts'
import * as changeUser from './operations/change-user.ts'
import * as checkHealth from './operations/check-health.ts'
import * as createBuild from './operations/create-build.ts'
import * as createKey from './operations/create-key.ts'
import * as createProject from './operations/create-project.ts'
import * as createSession from './operations/create-session.ts'
import * as createTemporaryKey from './operations/create-temporary-key.ts'
import * as createToken from './operations/create-token.ts'
import * as createUser from './operations/create-user.ts'
import * as deleteBuild from './operations/delete-build.ts'
import * as deleteJob from './operations/delete-job.ts'
import * as deleteKey from './operations/delete-key.ts'
import * as deleteSession from './operations/delete-session.ts'
import * as deleteUser from './operations/delete-user.ts'
import * as describeToken from './operations/describe-token.ts'
import * as describeUploads from './operations/describe-uploads.ts'
import * as discoverDomains from './operations/discover-domains.ts'
import * as discoverProjects from './operations/discover-projects.ts'
import * as downloadBuildLog from './operations/download-build-log.ts'
import * as downloadTaskLog from './operations/download-task-log.ts'
import * as finishBuild from './operations/finish-build.ts'
import * as finishStep from './operations/finish-step.ts'
import * as followBuild from './operations/follow-build.ts'
import * as followLog from './operations/follow-log.ts'
import * as listBuildInfoRecords from './operations/list-build-info-records.ts'
import * as listBuildRecords from './operations/list-build-records.ts'
import * as listBuilds from './operations/list-builds.ts'
import * as listJobs from './operations/list-jobs.ts'
import * as listKeys from './operations/list-keys.ts'
import * as listProjectJobs from './operations/list-project-jobs.ts'
import * as listProjects from './operations/list-projects.ts'
import * as listUsers from './operations/list-users.ts'
import * as readApiDocument from './operations/read-api-document.ts'
import * as readBuildLog from './operations/read-build-log.ts'
import * as readBuildLogBytes from './operations/read-build-log-bytes.ts'
import * as readLines from './operations/read-lines.ts'
import * as readLogAnalysis from './operations/read-log-analysis.ts'
import * as readMetrics from './operations/read-metrics.ts'
import * as readRawLog from './operations/read-raw-log.ts'
import * as readStepLog from './operations/read-step-log.ts'
import * as revokeToken from './operations/revoke-token.ts'
import * as searchLog from './operations/search-log.ts'
import * as setRetention from './operations/set-retention.ts'
import * as showBuild from './operations/show-build.ts'
import * as showBuildInfo from './operations/show-build-info.ts'
import * as showBuildInfoRecord from './operations/show-build-info-record.ts'
import * as showBuildRecord from './operations/show-build-record.ts'
import * as showFullStages from './operations/show-full-stages.ts'
import * as showHistoryDetails from './operations/show-history-details.ts'
import * as showJobStatus from './operations/show-job-status.ts'
import * as showRecordInfo from './operations/show-record-info.ts'
import * as showRunningStatus from './operations/show-running-status.ts'

const MODULES: readonly object[] = [
  addSteps,
  appendLog,
  changeUser,
  checkHealth,
  createBuild,
  createKey,
  createProject,
  createSession,
  createTemporaryKey,
  createToken,
  createUser,
  deleteBuild,
  deleteJob,
  deleteKey,
  deleteSession,
  deleteUser,
  describeToken,
  describeUploads,
  discoverDomains,
  discoverProjects,
  downloadBuildLog,
  downloadTaskLog,
  finishBuild,
  finishStep,
  followBuild,
  followLog,
  listBuildInfoRecords,
  listBuildRecords,
  listBuilds,
  listJobs,
  listKeys,
  listProjectJobs,
  listProjects,
  listUsers,
  readApiDocument,
  readBuildLog,
  readBuildLogBytes,
  readLines,
  readLogAnalysis,
  readMetrics,
  readRawLog,
  readStepLog,
  revokeToken,
  searchLog,
  setRetention,
  showBuild,
  showBuildInfo,
  showBuildInfoRecord,
  showBuildRecord,
  showFullStages,
  showHistoryDetails,
  showJobStatus,
  showRecordInfo,
  showRunningStatus,
]

/** Every operation of the API. Written by tools/list-operations.ts. */
export const OPERATIONS: readonly Operation[] = MODULES.flatMap(module =>
  Object.values(module).filter(isOperation),
)

function isOperation(value: unknown): value is Operation {
  return (
    typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'summary' in value
  )
}
