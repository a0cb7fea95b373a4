import type { Operation } from './operation.ts'
import * as changeUser from './operations/administration/change-user.ts'
import * as createKey from './operations/administration/create-key.ts'
import * as createProject from './operations/administration/create-project.ts'
import * as createUser from './operations/administration/create-user.ts'
import * as deleteBuild from './operations/administration/delete-build.ts'
import * as deleteJob from './operations/administration/delete-job.ts'
import * as deleteKey from './operations/administration/delete-key.ts'
import * as deleteUser from './operations/administration/delete-user.ts'
import * as listKeys from './operations/administration/list-keys.ts'
import * as listProjects from './operations/administration/list-projects.ts'
import * as listUsers from './operations/administration/list-users.ts'
import * as setRetention from './operations/administration/set-retention.ts'
import * as listBuildInfoRecords from './operations/builds/list-build-info-records.ts'
import * as listBuildRecords from './operations/builds/list-build-records.ts'
import * as listProjectJobs from './operations/builds/list-project-jobs.ts'
import * as showBuildInfo from './operations/builds/show-build-info.ts'
import * as showBuildInfoRecord from './operations/builds/show-build-info-record.ts'
import * as showBuildRecord from './operations/builds/show-build-record.ts'
import * as showFullStages from './operations/builds/show-full-stages.ts'
import * as showHistoryDetails from './operations/builds/show-history-details.ts'
import * as showJobStatus from './operations/builds/show-job-status.ts'
import * as showRecordInfo from './operations/builds/show-record-info.ts'
import * as showRunningStatus from './operations/builds/show-running-status.ts'
import * as createSession from './operations/identity/create-session.ts'
import * as createTemporaryKey from './operations/identity/create-temporary-key.ts'
import * as createToken from './operations/identity/create-token.ts'
import * as deleteSession from './operations/identity/delete-session.ts'
import * as describeToken from './operations/identity/describe-token.ts'
import * as discoverDomains from './operations/identity/discover-domains.ts'
import * as discoverProjects from './operations/identity/discover-projects.ts'
import * as revokeToken from './operations/identity/revoke-token.ts'
import * as downloadBuildLog from './operations/logs/download-build-log.ts'
import * as downloadTaskLog from './operations/logs/download-task-log.ts'
import * as readBuildLog from './operations/logs/read-build-log.ts'
import * as readBuildLogBytes from './operations/logs/read-build-log-bytes.ts'
import * as readLogAnalysis from './operations/logs/read-log-analysis.ts'
import * as readStepLog from './operations/logs/read-step-log.ts'
import * as checkHealth from './operations/operating/check-health.ts'
import * as readApiDocument from './operations/operating/read-api-document.ts'
import * as readMetrics from './operations/operating/read-metrics.ts'
import * as followBuild from './operations/reading/follow-build.ts'
import * as followLog from './operations/reading/follow-log.ts'
import * as listBuilds from './operations/reading/list-builds.ts'
import * as listJobs from './operations/reading/list-jobs.ts'
import * as readLines from './operations/reading/read-lines.ts'
import * as readRawLog from './operations/reading/read-raw-log.ts'
import * as searchLog from './operations/reading/search-log.ts'
import * as showBuild from './operations/reading/show-build.ts'
import * as addSteps from './operations/writing/add-steps.ts'
import * as appendLog from './operations/writing/append-log.ts'
import * as createBuild from './operations/writing/create-build.ts'
import * as describeUploads from './operations/writing/describe-uploads.ts'
import * as finishBuild from './operations/writing/finish-build.ts'
import * as finishStep from './operations/writing/finish-step.ts'

const MODULES: readonly object[] = [
  changeUser,
  createKey,
  createProject,
  createUser,
  deleteBuild,
  deleteJob,
  deleteKey,
  deleteUser,
  listKeys,
  listProjects,
  listUsers,
  setRetention,
  listBuildInfoRecords,
  listBuildRecords,
  listProjectJobs,
  showBuildInfo,
  showBuildInfoRecord,
  showBuildRecord,
  showFullStages,
  showHistoryDetails,
  showJobStatus,
  showRecordInfo,
  showRunningStatus,
  createSession,
  createTemporaryKey,
  createToken,
  deleteSession,
  describeToken,
  discoverDomains,
  discoverProjects,
  revokeToken,
  downloadBuildLog,
  downloadTaskLog,
  readBuildLog,
  readBuildLogBytes,
  readLogAnalysis,
  readStepLog,
  checkHealth,
  readApiDocument,
  readMetrics,
  followBuild,
  followLog,
  listBuilds,
  listJobs,
  readLines,
  readRawLog,
  searchLog,
  showBuild,
  addSteps,
  appendLog,
  createBuild,
  describeUploads,
  finishBuild,
  finishStep,
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
