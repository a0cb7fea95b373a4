import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { stepOfTaskName } from '../../contract/ids.ts'
import {
  type DownloadTaskLogParams,
  type DownloadTaskLogQuery,
  downloadTaskLog as operation,
} from '../../contract/operations/download-task-log.ts'
import { filterLevel } from '../../core/read/filter-level.ts'
import { snapshotLog } from '../../core/read/snapshot-log.ts'
import { attachment } from '../http/content-disposition.ts'
import { describeBody, encodeLog, type LogBodyPorts } from '../http/encoded-log.ts'
import { principalOf } from '../http/guard-routes.ts'
import { sendPieces } from '../http/send-pieces.ts'

interface Route {
  Params: DownloadTaskLogParams
  Querystring: DownloadTaskLogQuery
}

/** GET, and HEAD with the same headers. Every byte may be sent as stored zstd; without DEBUG lines the log is filtered on its way. */
export function downloadTaskLogRoute(app: FastifyInstance, ports: LogBodyPorts): void {
  const schema = { params: operation.params, querystring: operation.query }
  const options = { schema, config: { access: 'read' } } as const
  app.get<Route>(operation.path, options, async (request, reply) => {
    return sendPieces(reply, await prepare(ports, request, reply))
  })
  app.head<Route>(operation.path, options, async (request, reply) => {
    await prepare(ports, request, reply)
    return reply.send()
  })
}

/** Finds the log and sets the headers; nothing is read yet. */
async function prepare(
  ports: LogBodyPorts,
  request: FastifyRequest<Route>,
  reply: FastifyReply,
): Promise<AsyncIterable<Uint8Array>> {
  const { record_id } = request.params
  const { task_name, log_level } = request.query
  const { step, head } = await snapshotLog(ports, principalOf(request), record_id, stepOfTaskName(task_name))
  reply.type('application/octet-stream').header('x-content-type-options', 'nosniff')
  reply.header('content-disposition', attachment(`${record_id}_${task_name}.log`))
  if (log_level !== 'DEBUG') return filterLevel(ports.reader.read(step.log, 0, head), 'INFO')
  const body = { log: step.log, head, encodings: ['zstd'] } as const
  return encodeLog(ports, body, describeBody(ports, body, request, reply))
}
