import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../../contract/errors.ts'
import {
  type CreateBuildBody,
  createBuild as operation,
} from '../../../contract/operations/writing/create-build.ts'
import { createBuild, type NewBuild, type NewStep } from '../../../core/write/create-build.ts'
import { serve } from '../../http/serve.ts'
import { type BuildAnswerSettings, buildAnswer } from '../../present/build-answer.ts'

/** Answered as `location` when the runner names no source. */
const DEFAULT_SOURCE = 'tailrace'

type Ports = Parameters<typeof createBuild>[0]

export function createBuildRoute(app: FastifyInstance, ports: Ports, settings: BuildAnswerSettings): void {
  serve(app, operation, async ({ who, body }, reply) => {
    const { build, steps, created } = await createBuild(ports, who, newBuild(body))
    if (!created) reply.code(200)
    return buildAnswer(build, steps, settings)
  })
}

function newBuild(body: CreateBuildBody): NewBuild {
  const { job_id, job_name, record_id } = body
  if ((job_id === undefined) === (job_name === undefined))
    throw new TailraceError('invalid-parameter', 'Either job_name or job_id must be given.')
  return {
    job: job_id !== undefined ? { id: job_id } : { name: job_name ?? '' },
    ...(record_id === undefined ? {} : { recordId: record_id }),
    source: body.source ?? DEFAULT_SOURCE,
    steps: newSteps(body.steps ?? []),
  }
}

/** Steps of a body in the domain's terms. */
export function newSteps(steps: NonNullable<CreateBuildBody['steps']>): NewStep[] {
  return steps.map(({ name, step_id }) => (step_id === undefined ? { name } : { name, stepId: step_id }))
}
