import type { FastifyInstance, FastifyReply } from 'fastify'
import { wantsZip } from '../../../contract/log-file.ts'
import {
  type DownloadBuildLogParams,
  type DownloadBuildLogQuery,
  downloadBuildLogV1,
  downloadBuildLogV3,
  downloadBuildLog as operation,
} from '../../../contract/operations/logs/download-build-log.ts'
import type { Principal } from '../../../core/access/principal.ts'
import { downloadBuildLog } from '../../../core/read/build-log/download-build-log.ts'
import { type BuildLogPorts, snapshotBuildLog } from '../../../core/read/build-log/snapshot-build-log.ts'
import { serve } from '../../http/serve.ts'
import { describeFile } from '../../present/log-file.ts'

interface Wanted {
  readonly level: DownloadBuildLogQuery['log_level']
  readonly zipped: boolean
}

/**
 * The log of a build as a file, on three routes: v4 has levels, v1 levels and compression, v3 only
 * compression.
 */
export function downloadBuildLogRoute(app: FastifyInstance, ports: BuildLogPorts): void {
  serve(app, operation, ({ who, params, query: { log_level: level } }, reply) =>
    buildLogFile(ports, who, params, { level, zipped: false }, reply),
  )
  serve(app, downloadBuildLogV1, ({ who, params, query: { log_level: level, compress } }, reply) =>
    buildLogFile(ports, who, params, { level, zipped: wantsZip(compress) }, reply),
  )
  serve(app, downloadBuildLogV3, ({ who, params, query: { compress } }, reply) =>
    buildLogFile(ports, who, params, { level: 'DEBUG', zipped: wantsZip(compress) }, reply),
  )
}

/** Finds the log and sets the headers of the file. The log is read when the chunks are. */
async function buildLogFile(
  ports: BuildLogPorts,
  who: Principal,
  { record_id }: DownloadBuildLogParams,
  { level = 'INFO', zipped }: Wanted,
  reply: FastifyReply,
): Promise<AsyncIterable<Uint8Array>> {
  const { build, parts } = await snapshotBuildLog(ports, who, { recordId: record_id })
  const chunks = downloadBuildLog(ports.reader, parts, level)
  return describeFile(
    reply,
    { name: record_id, changedAtMs: build.finishedAtMs ?? build.createdAtMs, chunks },
    zipped,
  )
}
