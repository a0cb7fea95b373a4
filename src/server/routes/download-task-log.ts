import type { FastifyInstance } from 'fastify'
import { stepOfTaskName } from '../../contract/ids.ts'
import {
  type DownloadTaskLogParams,
  type DownloadTaskLogQuery,
  downloadTaskLog as operation,
} from '../../contract/operations/download-task-log.ts'
import { filterLevel } from '../../core/read/filter-level.ts'
import { snapshotLog } from '../../core/read/snapshot-log.ts'
import { attachment } from '../http/content-disposition.ts'
import { encodedLog, type LogBodyPorts } from '../http/encoded-log.ts'
import { principalOf } from '../http/guard-routes.ts'
import { sendPieces } from '../http/send-pieces.ts'

export function downloadTaskLogRoute(app: FastifyInstance, ports: LogBodyPorts): void {
  app.get<{ Params: DownloadTaskLogParams; Querystring: DownloadTaskLogQuery }>(
    operation.path,
    { schema: { params: operation.params, querystring: operation.query }, config: { access: 'read' } },
    async (request, reply) => {
      const { record_id } = request.params
      const { task_name, log_level } = request.query
      const { step, head } = await snapshotLog(
        ports,
        principalOf(request),
        record_id,
        stepOfTaskName(task_name),
      )
      reply.type('application/octet-stream').header('x-content-type-options', 'nosniff')
      reply.header('content-disposition', attachment(`${record_id}_${task_name}.log`))
      if (log_level !== 'DEBUG')
        return sendPieces(reply, filterLevel(ports.reader.read(step.log, 0, head), 'INFO'))
      return sendPieces(
        reply,
        encodedLog(ports, { log: step.log, head, encodings: ['zstd'] }, request, reply),
      )
    },
  )
}
