import type { FastifyInstance } from 'fastify'
import { CHECKED_BODY_MAX_BYTES } from '../../../contract/limits.ts'
import type { IdGenerator } from '../../../core/ports/capabilities.ts'
import type { WritePorts } from '../../../core/write/live-logs.ts'
import { ByteBudget } from '../../http/received-body.ts'
import type { BuildAnswerSettings } from '../../present/build-answer.ts'
import { addStepsRoute } from './add-steps.ts'
import { appendLogRoute } from './append-log.ts'
import { createBuildRoute } from './create-build.ts'
import { describeUploadsRoute } from './describe-uploads.ts'
import { finishBuildRoute } from './finish-build.ts'
import { finishStepRoute } from './finish-step.ts'

/** Memory for bodies with a checksum: sixteen of the largest at a time. */
const CHECKED_BODIES_MAX_BYTES = 16 * CHECKED_BODY_MAX_BYTES

/** Create builds and steps, append to their logs, and finish them. */
export function registerWritingRoutes(
  app: FastifyInstance,
  ports: WritePorts & { readonly idGenerator: IdGenerator },
  answers: BuildAnswerSettings,
): void {
  createBuildRoute(app, ports, answers)
  addStepsRoute(app, ports, answers)
  appendLogRoute(app, ports, new ByteBudget(CHECKED_BODIES_MAX_BYTES))
  describeUploadsRoute(app)
  finishStepRoute(app, ports)
  finishBuildRoute(app, ports)
}
