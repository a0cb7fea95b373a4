import type { FastifyInstance } from 'fastify'
import { addSteps as operation } from '../../../contract/operations/writing/add-steps.ts'
import { addSteps } from '../../../core/write/add-steps.ts'
import { serve } from '../../http/serve.ts'
import { type BuildAnswerSettings, buildAnswer } from '../../present/build-answer.ts'
import { newSteps } from './create-build.ts'

type Ports = Parameters<typeof addSteps>[0]

export function addStepsRoute(app: FastifyInstance, ports: Ports, settings: BuildAnswerSettings): void {
  serve(app, operation, async ({ who, params, body }, reply) => {
    const { build, steps, created } = await addSteps(ports, who, params.record_id, newSteps(body.steps))
    if (!created) reply.code(200)
    return buildAnswer(build, steps, settings)
  })
}
