import type { FastifyInstance, FastifyReply } from 'fastify'
import { stepOfTaskName } from '../../../contract/ids.ts'
import { wantsZip } from '../../../contract/log-file.ts'
import {
  downloadTaskLogV1,
  downloadTaskLog as operation,
} from '../../../contract/operations/logs/download-task-log.ts'
import { filterLevel } from '../../../core/read/filter-level.ts'
import { snapshotLog } from '../../../core/read/snapshot-log.ts'
import { type ServedRequest, serve } from '../../http/serve.ts'
import { describeBody, encodeLog, type LogBodyPorts } from '../../present/encoded-log.ts'
import { describeFile } from '../../present/log-file.ts'

type Request = ServedRequest<typeof operation | typeof downloadTaskLogV1>

/**
 * The log of a step as a file. A whole log may be sent as stored zstd; a log without DEBUG lines is
 * filtered as it is sent.
 */
export function downloadTaskLogRoute(app: FastifyInstance, ports: LogBodyPorts): void {
  serve(app, operation, (request, reply) => taskLogFile(ports, request, reply, false))
  serve(app, downloadTaskLogV1, (request, reply) =>
    taskLogFile(ports, request, reply, wantsZip(request.query.compress)),
  )
}

/** Finds the log and sets the headers of the file. The log is read when the chunks are. */
async function taskLogFile(
  ports: LogBodyPorts,
  { who, params: { record_id }, query, received }: Request,
  reply: FastifyReply,
  zipped: boolean,
): Promise<AsyncIterable<Uint8Array>> {
  const { task_name, log_level = 'INFO' } = query
  const { step, head } = await snapshotLog(ports, who, record_id, stepOfTaskName(task_name))
  const chunks = filterLevel(ports.reader.read(step.log, 0, head), log_level)
  const changedAtMs = step.finishedAtMs ?? step.createdAtMs
  const file = describeFile(reply, { name: `${record_id}_${task_name}`, changedAtMs, chunks }, zipped)
  if (zipped || log_level === 'INFO') return file
  const body = { log: step.log, head, encodings: ['zstd'] } as const
  return encodeLog(ports, body, describeBody(ports, body, received, reply))
}
