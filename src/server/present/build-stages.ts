import { createHash } from 'node:crypto'
import { taskName } from '../../contract/ids.ts'
import type { Stage } from '../../contract/records/stage.ts'
import type { Build, Step } from '../../core/ports/build-catalog.ts'
import { buildStatus, stepStatus, withCode } from './build-status.ts'
import { familyDuration, familyTime, familyTimeOrNull } from './family-forms.ts'

/**
 * The stages of a build by name, in their order. `initial` is the moment in which the build was
 * made, `final` the one in which its result was set; the steps come between them (docs/api.md §2).
 */
export function buildStages(build: Build, steps: readonly Step[]): Record<string, Stage> {
  const made = { beganAtMs: build.createdAtMs, finishedAtMs: build.createdAtMs }
  const finalSequence = (steps.at(-1)?.stepId ?? 0) + 1
  const stages = [
    stage(build, { ...made, sequence: 0, name: 'initial', label: 'initial', status: 'SUCCESS' }),
    ...steps.map(step =>
      stage(build, {
        sequence: step.stepId,
        name: taskName(step.stepId),
        label: step.name,
        status: stepStatus(step),
        beganAtMs: step.beganAtMs,
        finishedAtMs: step.finishedAtMs,
      }),
    ),
    stage(build, {
      sequence: finalSequence,
      name: 'final',
      label: 'final',
      status: build.outcome === undefined ? 'WAITING' : buildStatus(build),
      beganAtMs: build.finishedAtMs,
      finishedAtMs: build.finishedAtMs,
    }),
  ]
  return Object.fromEntries(stages.map(one => [one.execution_stage_name, one]))
}

interface StageFacts {
  readonly sequence: number
  readonly name: string
  readonly label: string
  readonly status: Stage['status']
  readonly beganAtMs: number | undefined
  readonly finishedAtMs: number | undefined
}

function stage(build: Build, { sequence, name, label, status, beganAtMs, finishedAtMs }: StageFacts): Stage {
  const duration = familyDuration(beganAtMs, finishedAtMs)
  return {
    id: stageId(build.recordId, name),
    ...withCode(status),
    log_status: null,
    create_time: familyTime(build.createdAtMs),
    schedule_time: null,
    queued_time: null,
    start_time: familyTimeOrNull(beganAtMs),
    finish_time: familyTimeOrNull(finishedAtMs),
    duration,
    build_duration: duration,
    pending_duration: null,
    build_record_id: build.recordId,
    execution_id: null,
    execution_stage_name: name,
    display_name: label,
    node_id: beganAtMs === undefined ? null : sequence,
    sequence,
  }
}

/**
 * The UUID of a stage: version 5 (RFC 9562 §5.5), of its name in the name space of the build's
 * record.
 */
export function stageId(recordId: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(recordId.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
  hash[6] = (hash[6]! & 0x0f) | 0x50
  hash[8] = (hash[8]! & 0x3f) | 0x80
  const hex = hash.toString('hex', 0, 16)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
