import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { wantsZip } from '../../../contract/log-file.ts'
import {
  type DownloadBuildLogParams,
  type DownloadBuildLogQuery,
  downloadBuildLogV1,
  downloadBuildLogV3,
  downloadBuildLog as operation,
} from '../../../contract/operations/logs/download-build-log.ts'
import { downloadBuildLog } from '../../../core/read/build-log/download-build-log.ts'
import { type BuildLogPorts, snapshotBuildLog } from '../../../core/read/build-log/snapshot-build-log.ts'
import { principalOf } from '../../guard/guard-routes.ts'
import { describeFile, fileRoute } from '../../present/log-file.ts'

type Request = FastifyRequest<{ Params: DownloadBuildLogParams; Querystring: DownloadBuildLogQuery }>

interface Wanted {
  readonly level: DownloadBuildLogQuery['log_level']
  readonly zipped: boolean
}

/** The log of a build as a file, on three routes: v4 knows levels, v1 also compression, v3 only that. */
export function downloadBuildLogRoute(app: FastifyInstance, ports: BuildLogPorts): void {
  fileRoute(app, operation, (request: Request, reply) =>
    prepare(ports, request, reply, { level: request.query.log_level, zipped: false }),
  )
  fileRoute(app, downloadBuildLogV1, (request: Request, reply) =>
    prepare(ports, request, reply, {
      level: request.query.log_level,
      zipped: wantsZip(request.query.compress),
    }),
  )
  fileRoute(app, downloadBuildLogV3, (request: Request, reply) =>
    prepare(ports, request, reply, { level: 'DEBUG', zipped: wantsZip(request.query.compress) }),
  )
}

/** Finds the log and sets the headers; nothing of it is read yet. */
async function prepare(
  ports: BuildLogPorts,
  request: Request,
  reply: FastifyReply,
  { level = 'INFO', zipped }: Wanted,
): Promise<AsyncIterable<Uint8Array>> {
  const { record_id } = request.params
  const { build, parts } = await snapshotBuildLog(ports, principalOf(request), { recordId: record_id })
  const chunks = downloadBuildLog(ports.reader, parts, level)
  return describeFile(
    reply,
    { name: record_id, changedAtMs: build.finishedAtMs ?? build.createdAtMs, chunks },
    zipped,
  )
}
