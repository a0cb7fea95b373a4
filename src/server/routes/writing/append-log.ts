import type { FastifyInstance } from 'fastify'
import { CHECKED_BODY_MAX_BYTES } from '../../../contract/limits.ts'
import { appendLog as operation } from '../../../contract/operations/writing/append-log.ts'
import type { ByteOffset } from '../../../contract/quantities.ts'
import { requireWritableStep } from '../../../core/access/authorize.ts'
import type { Step } from '../../../core/ports/build-catalog.ts'
import { appendLog, appendWhole } from '../../../core/write/append-log.ts'
import type { WritePorts } from '../../../core/write/live-logs.ts'
import { queryStepId } from '../../http/query-parameters.ts'
import { type ByteBudget, readWhole, type TakeBytes } from '../../http/received-body.ts'
import { serve } from '../../http/serve.ts'
import {
  assertChecksum,
  assertUpload,
  type UploadChecksum,
  uploadChecksum,
  uploadOffset,
} from '../../http/tus.ts'

/**
 * Bodies with a checksum are held in memory until they are checked; `checkedBodies` bounds them
 * together.
 */
export function appendLogRoute(app: FastifyInstance, ports: WritePorts, checkedBodies: ByteBudget): void {
  serve(
    app,
    operation,
    async ({ who, params: { record_id, step_id }, body, received }, reply) => {
      const stepId = queryStepId(step_id)
      const at = uploadOffset(received)
      const checksum = uploadChecksum(received)
      const step = await requireWritableStep(ports, who, record_id, stepId)
      const head =
        checksum === undefined
          ? await appendLog(ports, step, at, body)
          : await appendChecked(ports, step, at, checksum, body, checkedBodies.forAnswer(reply.raw))
      reply.header('upload-offset', head)
    },
    { beforeBody: assertUpload },
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
