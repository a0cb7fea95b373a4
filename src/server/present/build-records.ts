import type { BuildInfoRecord } from '../../contract/records/build-info-record.ts'
import type { BuildRecord } from '../../contract/records/build-record.ts'
import type { RecordInfo } from '../../contract/records/record-info.ts'
import type { Build } from '../../core/ports/build-catalog.ts'
import { buildStatus, runningStatus, withCode } from './build-status.ts'
import { buildProjectId, familyDuration, familyTime, familyTimeOrNull } from './family-forms.ts'

/**
 * What the three forms of a build have in common: Tailrace has no repositories, triggers,
 * parameters or queues.
 */
const NOT_KNOWN = {
  schedule_time: null,
  queued_time: null,
  execution_id: null,
  branch: null,
  trigger_type: null,
} as const

/** A build runs from when its runner made it. */
const duration = (build: Build) => familyDuration(build.createdAtMs, build.finishedAtMs)

export function recordInfo(build: Build): RecordInfo {
  return {
    ...NOT_KNOWN,
    id: build.recordId,
    build_project_id: buildProjectId(build.jobId),
    build_record_id: build.recordId,
    parent_record_id: null,
    devcloud_project_id: build.projectId,
    codeci_job_id: build.jobId,
    user_id: build.creatorId,
    domain_id: null,
    build_no: build.buildNo,
    daily_build_num: null,
    repo_name: null,
    repo_id: null,
    tag: null,
    commit: null,
    commit_message: null,
    commit_create_time: null,
    build_type: null,
    status: buildStatus(build),
    create_time: familyTime(build.createdAtMs),
    start_time: familyTime(build.createdAtMs),
    runnable_time: null,
    finish_time: familyTimeOrNull(build.finishedAtMs),
    duration: duration(build),
    record_status: null,
    use_private_slave: null,
    region: null,
    err_msg: null,
    build_config_type: null,
  }
}

export function buildInfoRecord(build: Build): BuildInfoRecord {
  return {
    number: build.buildNo,
    build_time: duration(build),
    start_time: build.createdAtMs,
    job_running_status: runningStatus(build),
    state: buildStatus(build),
    user_id: build.creatorId,
    executor: null,
    nickname: null,
    daily_build_number: null,
    trigger_type: null,
    cost_time: duration(build),
    commit_id: null,
    commit_info: null,
    build_type: null,
    code_branch: null,
    scm_type: null,
    scm_web_url: null,
    commit_detail_url: null,
  }
}

export function buildRecord(build: Build): BuildRecord {
  return {
    ...NOT_KNOWN,
    ...withCode(buildStatus(build)),
    id: build.recordId,
    create_time: familyTime(build.createdAtMs),
    start_time: familyTime(build.createdAtMs),
    finish_time: familyTimeOrNull(build.finishedAtMs),
    duration: duration(build),
    build_duration: duration(build),
    pending_duration: null,
    project_id: buildProjectId(build.jobId),
    display_name: build.jobName,
    trigger_name: null,
    group_name: null,
    parameters: [],
    repository: null,
    revision: null,
    build_yml_path: null,
    build_yml_url: null,
    daily_build_number: null,
    build_record_type: null,
    scm_type: null,
    scm_web_url: null,
    user_id: build.creatorId,
    build_no: String(build.buildNo),
    daily_build_no: null,
    dev_cloud_build_type: null,
  }
}
