import Type from 'typebox'
import { operation } from '../../operation.ts'
import { recordIdParameter } from '../../parameters.ts'
import { createBuild, newSteps } from './create-build.ts'

/**
 * Adds steps to a build (docs/api.md §4). A step without a step_id that has the name of an existing
 * step is that step.
 */
export const addSteps = operation({
  name: 'add-steps',
  topic: 'writing',
  access: 'write',
  method: 'POST',
  path: '/api/v1/builds/:record_id/steps',
  summary: 'Add steps to a build',
  description: 'A step without a step_id that has the name of an existing step is that step.',
  params: Type.Object({ record_id: recordIdParameter }),
  statuses: [201, 200],
  body: Type.Object({ steps: newSteps }),
  answer: createBuild.answer,
})

export type AddStepsParams = Type.Static<typeof addSteps.params>
export type AddStepsBody = Type.Static<typeof addSteps.body>
