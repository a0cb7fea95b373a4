import type { FastifyInstance } from 'fastify'
import type { Operation } from '../../../contract/operation.ts'
import {
  CHECKSUM_ALGORITHMS,
  TUS_EXTENSIONS,
  TUS_VERSION,
} from '../../../contract/operations/writing/append-log.ts'
import { describeUploads as operation } from '../../../contract/operations/writing/describe-uploads.ts'

/** Says the same for every log, whether it exists or not. */
export function describeUploadsRoute(app: FastifyInstance): void {
  app.options(operation.path, { config: { operation: operation as Operation } }, async (_request, reply) =>
    reply
      .code(204)
      .header('tus-resumable', TUS_VERSION)
      .header('tus-version', TUS_VERSION)
      .header('tus-extension', TUS_EXTENSIONS)
      .header('tus-checksum-algorithm', CHECKSUM_ALGORITHMS.join(','))
      .send(),
  )
}
