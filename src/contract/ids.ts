/** An IAM project, the tenant: 32 hexadecimal digits. */
export type ProjectId = string
/** A build task: 32 × [0-9a-z]. */
export type JobId = string
/** One run of a job: a UUID in lower case, never used again in its project. */
export type RecordId = string
/** 1, 2, … within a job. Never used again. */
export type BuildNo = number
/** A step: 1, 2, … within a build. Also its node_id, its sequence and the X of its stageX. */
export type StepId = number

export const JOB_ID_PATTERN = '^[0-9a-z]{32}$'
export const PROJECT_ID_PATTERN = '^[0-9a-f]{32}$'
/** What CodeArts Build accepts as a record_id: 36 digits, lower-case letters and hyphens. */
export const RECORD_ID_PATTERN = '^[0-9a-z-]{36}$'
/** What a client can choose as the record_id of a new build. */
export const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
/** `stageX`, X = step_id (docs/api.md §2). */
export const TASK_NAME_PATTERN = '^stage[1-9][0-9]{0,8}$'

/** The task_name of a step. */
export function taskName(step: StepId): string {
  return `stage${step}`
}

/** The step that a well-formed task_name names. */
export function stepOfTaskName(name: string): StepId {
  return Number(name.slice('stage'.length))
}
