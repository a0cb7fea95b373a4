import Type from 'typebox'
import { operation } from '../../operation.ts'
import { succeeded } from '../../records/envelope.ts'
import { recordParams } from '../../records/lookup-parameters.ts'
import { stage } from '../../records/stage.ts'

/**
 * Shows the stages of a build by name: `initial`, `stage1`, …, `final` (CodeArts Build:
 * ShowBuildRecordFullStages).
 */
export const showFullStages = operation({
  name: 'show-full-stages',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/record/:record_id/full-stages',
  summary: 'Show the stages of a build',
  description: 'Each step is a stage: stageX is the step with step_id X.',
  params: recordParams,
  query: Type.Object({
    cascade: Type.Optional(
      Type.String({
        pattern: '^(true|false)$',
        description: 'Has no effect: stages have no parts in Tailrace.',
      }),
    ),
  }),
  answer: succeeded(
    Type.Object({ build_stages: Type.Record(Type.String(), stage), check_stages: Type.Null() }),
  ),
})
