import type { FastifyInstance } from 'fastify'
import {
  type AddStepsBody,
  type AddStepsParams,
  addSteps as operation,
} from '../../../contract/operations/writing/add-steps.ts'
import { addSteps } from '../../../core/write/add-steps.ts'
import { principalOf } from '../../guard/guard-routes.ts'
import { type BuildAnswerSettings, buildAnswer } from '../../present/build-answer.ts'
import { newSteps } from './create-build.ts'

type Ports = Parameters<typeof addSteps>[0]

export function addStepsRoute(app: FastifyInstance, ports: Ports, settings: BuildAnswerSettings): void {
  app.post<{ Params: AddStepsParams; Body: AddStepsBody }>(
    operation.path,
    { schema: { params: operation.params, body: operation.body }, config: { operation } },
    async (request, reply) => {
      const wanted = newSteps(request.body.steps)
      const { build, steps, created } = await addSteps(
        ports,
        principalOf(request),
        request.params.record_id,
        wanted,
      )
      return reply.code(created ? 201 : 200).send(buildAnswer(build, steps, settings))
    },
  )
}
