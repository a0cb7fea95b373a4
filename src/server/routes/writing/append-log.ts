import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { CHECKED_BODY_MAX_BYTES } from '../../../contract/limits.ts'
import {
  appendLog as operation,
  type StepLogParams,
  UPLOAD_MEDIA_TYPE,
} from '../../../contract/operations/writing/append-log.ts'
import type { ByteOffset } from '../../../contract/quantities.ts'
import { requireWritableStep } from '../../../core/access/authorize.ts'
import type { Step } from '../../../core/ports/build-catalog.ts'
import { appendLog, appendWhole } from '../../../core/write/append-log.ts'
import type { WritePorts } from '../../../core/write/live-logs.ts'
import { principalOf } from '../../guard/guard-routes.ts'
import type { ByteBudget, TakeBytes } from '../../http/byte-budget.ts'
import { queryStepId } from '../../http/query-number.ts'
import { chunksOf, readWhole } from '../../http/received-body.ts'
import {
  assertChecksum,
  assertUpload,
  type UploadChecksum,
  uploadChecksum,
  uploadOffset,
} from '../../http/tus.ts'

/** `checkedBodies` bounds what bodies with a checksum, which are held until they are checked, take of memory together. */
export function appendLogRoute(app: FastifyInstance, ports: WritePorts, checkedBodies: ByteBudget): void {
  app.addContentTypeParser(UPLOAD_MEDIA_TYPE, (_request, payload, done) => done(null, payload))
  app.patch<{ Params: StepLogParams; Body: IncomingMessage | undefined }>(
    operation.path,
    {
      schema: { params: operation.params },
      config: { operation },
      preParsing: async (request, reply, payload) => {
        assertUpload(request, reply)
        return payload
      },
    },
    async (request, reply) => {
      const { record_id, step_id } = request.params
      const stepId = queryStepId(step_id)
      const at = uploadOffset(request)
      const checksum = uploadChecksum(request)
      const step = await requireWritableStep(ports, principalOf(request), record_id, stepId)
      const body = request.body === undefined ? nothing() : chunksOf(request.body)
      const head =
        checksum === undefined
          ? await appendLog(ports, step, at, body)
          : await appendChecked(ports, step, at, checksum, body, checkedBodies.forAnswer(reply.raw))
      return reply.code(204).header('upload-offset', head).send()
    },
  )
}

/** Holds the whole body until it is checked; then all of it is stored, or nothing. */
async function appendChecked(
  ports: WritePorts,
  step: Step,
  at: ByteOffset,
  checksum: UploadChecksum,
  body: AsyncIterable<Buffer>,
  take: TakeBytes,
): Promise<ByteOffset> {
  const bytes = await readWhole(body, CHECKED_BODY_MAX_BYTES, take)
  assertChecksum(bytes, checksum)
  return appendWhole(ports, step, at, bytes)
}

async function* nothing(): AsyncGenerator<Buffer> {}
