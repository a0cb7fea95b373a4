import Type from 'typebox'
import { STEP_ID_MAX, STEPS_MAX_PER_BUILD } from '../../limits.ts'
import { operation } from '../../operation.ts'
import { jobIdParameter, name, newRecordId } from '../../parameters.ts'

export const newSteps = Type.Array(
  Type.Object({
    name: name('What the step does.'),
    step_id: Type.Optional(Type.Integer({ minimum: 1, maximum: STEP_ID_MAX })),
  }),
  { maxItems: STEPS_MAX_PER_BUILD },
)

const stepsAnswer = Type.Array(
  Type.Object({
    step_id: Type.Integer(),
    task_name: Type.String(),
    name: Type.String(),
    log_url: Type.String({ description: 'Where to append to the log and read it: a tus upload URL.' }),
  }),
)

/** Creates a build, and its job if the name is new (docs/api.md §4). */
export const createBuild = operation({
  name: 'create-build',
  topic: 'writing',
  access: 'create-build',
  method: 'POST',
  path: '/api/v1/builds',
  summary: 'Create a build',
  description:
    'A new job_name creates the job. Repeating the request with the same record_id returns 200 and the same build.',
  oneOf: ['job_name', 'job_id'],
  statuses: [201, 200],
  body: Type.Object({
    job_name: Type.Optional(name('The name of the job. A new name creates a job.')),
    job_id: Type.Optional(jobIdParameter),
    record_id: Type.Optional(newRecordId),
    source: Type.Optional(name('Where the build runs. Returned as location.')),
    steps: Type.Optional(newSteps),
  }),
  answer: Type.Object({
    job_id: Type.String(),
    build_no: Type.Integer(),
    record_id: Type.String(),
    project_id: Type.String(),
    upload_token: Type.String({
      description: 'A token that can write to and read this build, and nothing else.',
    }),
    steps: stepsAnswer,
  }),
})

export type CreateBuildBody = Type.Static<typeof createBuild.body>
export type CreateBuildAnswer = Type.Static<typeof createBuild.answer>
