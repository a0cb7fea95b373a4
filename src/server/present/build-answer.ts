import { type RecordId, type StepId, taskName } from '../../contract/ids.ts'
import type { CreateBuildAnswer } from '../../contract/operations/writing/create-build.ts'
import type { Build, Step } from '../../core/ports/build-catalog.ts'

export interface BuildAnswerSettings {
  /** Where clients reach this server, without a final "/"; empty to answer paths only. */
  readonly publicUrl: () => string
  readonly issueUploadToken: (projectId: string, recordId: string) => string
}

/** A build as its maker gets it: ids, the token to write with, and where each step's log is. */
export function buildAnswer(
  build: Build,
  steps: readonly Step[],
  settings: BuildAnswerSettings,
): CreateBuildAnswer {
  const { projectId, recordId } = build
  return {
    job_id: build.jobId,
    build_no: build.buildNo,
    record_id: recordId,
    project_id: projectId,
    upload_token: settings.issueUploadToken(projectId, recordId),
    steps: steps.map(({ stepId, name }) => ({
      step_id: stepId,
      task_name: taskName(stepId),
      name,
      log_url: stepLogUrl(settings.publicUrl(), recordId, stepId),
    })),
  }
}

/** Where the log of a step is appended and read. */
export function stepLogUrl(publicUrl: string, recordId: RecordId, stepId: StepId): string {
  return `${publicUrl}/api/v1/builds/${recordId}/steps/${stepId}/log`
}
