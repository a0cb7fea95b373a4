import type { FastifyInstance } from 'fastify'
import {
  CHECKSUM_ALGORITHMS,
  TUS_EXTENSIONS,
  TUS_VERSION,
} from '../../../contract/operations/writing/append-log.ts'
import { describeUploads as operation } from '../../../contract/operations/writing/describe-uploads.ts'
import { serve } from '../../http/serve.ts'

/** The answer is the same for every log, even for one that does not exist. */
export function describeUploadsRoute(app: FastifyInstance): void {
  serve(app, operation, async (_request, reply) => {
    reply
      .header('tus-resumable', TUS_VERSION)
      .header('tus-version', TUS_VERSION)
      .header('tus-extension', TUS_EXTENSIONS)
      .header('tus-checksum-algorithm', CHECKSUM_ALGORITHMS.join(','))
  })
}
