import type { FastifyInstance } from 'fastify'
import { PAGE_MAX_BYTES } from '../../../contract/limits.ts'
import {
  DEFAULT_LENGTH_BYTES,
  readBuildLogBytes as operation,
} from '../../../contract/operations/logs/read-build-log-bytes.ts'
import type { BuildLogPagePorts } from '../../../core/read/build-log/read-build-log.ts'
import { readBuildLogBytes } from '../../../core/read/build-log/read-build-log-bytes.ts'
import { numberedBuild, queryNumber } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'

export function readBuildLogBytesRoute(app: FastifyInstance, ports: BuildLogPagePorts): void {
  serve(app, operation, async ({ who, params, query: { offset, length = '0' } }) => {
    const address = numberedBuild(params)
    const from = queryNumber('offset', offset)
    const maxBytes = Math.min(queryNumber('length', length) || DEFAULT_LENGTH_BYTES, PAGE_MAX_BYTES)
    const page = await readBuildLogBytes(ports, who, address, from, maxBytes)
    return {
      result: {
        has_more_data: page.hasMore,
        offset: page.endOffset,
        content: page.text,
        current_offset: page.startOffset,
      },
    }
  })
}
