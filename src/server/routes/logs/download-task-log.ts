import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { stepOfTaskName } from '../../../contract/ids.ts'
import { wantsZip } from '../../../contract/log-file.ts'
import {
  type DownloadTaskLogParams,
  type DownloadTaskLogQuery,
  downloadTaskLogV1,
  downloadTaskLog as operation,
} from '../../../contract/operations/logs/download-task-log.ts'
import { filterLevel } from '../../../core/read/filter-level.ts'
import { snapshotLog } from '../../../core/read/snapshot-log.ts'
import { principalOf } from '../../guard/guard-routes.ts'
import { describeBody, encodeLog, type LogBodyPorts } from '../../present/encoded-log.ts'
import { describeFile, fileRoute } from '../../present/log-file.ts'

type Request = FastifyRequest<{ Params: DownloadTaskLogParams; Querystring: DownloadTaskLogQuery }>

/** The log of a step as a file. Every byte may be sent as stored zstd; without DEBUG lines the log is filtered on its way. */
export function downloadTaskLogRoute(app: FastifyInstance, ports: LogBodyPorts): void {
  fileRoute(app, operation, (request: Request, reply) => prepare(ports, request, reply, false))
  fileRoute(app, downloadTaskLogV1, (request: Request, reply) =>
    prepare(ports, request, reply, wantsZip(request.query.compress)),
  )
}

/** Finds the log and sets the headers; nothing is read yet. */
async function prepare(
  ports: LogBodyPorts,
  request: Request,
  reply: FastifyReply,
  zipped: boolean,
): Promise<AsyncIterable<Uint8Array>> {
  const { record_id } = request.params
  const { task_name, log_level = 'INFO' } = request.query
  const { step, head } = await snapshotLog(ports, principalOf(request), record_id, stepOfTaskName(task_name))
  const chunks = filterLevel(ports.reader.read(step.log, 0, head), log_level)
  const changedAtMs = step.finishedAtMs ?? step.createdAtMs
  const file = describeFile(reply, { name: `${record_id}_${task_name}`, changedAtMs, chunks }, zipped)
  if (zipped || log_level === 'INFO') return file
  const body = { log: step.log, head, encodings: ['zstd'] } as const
  return encodeLog(ports, body, describeBody(ports, body, request, reply))
}
