import type { FastifyInstance } from 'fastify'
import type { BuildHistory } from '../../../core/ports/build-history.ts'
import type { ReadLinesPorts } from '../../../core/read/lines/read-lines.ts'
import type { LogBodyPorts } from '../../present/encoded-log.ts'
import { assertExpression, regexpMatchers } from '../../search/regexp-matcher.ts'
import type { SearchLines } from '../../search/search-lines.ts'
import { followBuildRoute } from './follow-build.ts'
import { followLogRoute } from './follow-log.ts'
import { listBuildsRoute } from './list-builds.ts'
import { listJobsRoute } from './list-jobs.ts'
import { readLinesRoute } from './read-lines.ts'
import { readRawLogRoute } from './read-raw-log.ts'
import { searchLogRoute } from './search-log.ts'
import { showBuildRoute } from './show-build.ts'

type Ports = LogBodyPorts &
  ReadLinesPorts &
  Parameters<typeof followLogRoute>[1] &
  Parameters<typeof followBuildRoute>[1] &
  Parameters<typeof searchLogRoute>[1] & { readonly history: BuildHistory }

/**
 * Tailrace's own way to read: byte ranges, lines, live events, searches, and lists with cursors.
 * Long logs are searched by `searchAside`.
 */
export function registerReadingRoutes(
  app: FastifyInstance,
  ports: Ports,
  searchAside: SearchLines,
  publicUrl: () => string,
): void {
  readRawLogRoute(app, ports)
  followLogRoute(app, ports)
  readLinesRoute(app, ports)
  searchLogRoute(app, ports, { assert: assertExpression, open: regexpMatchers() }, searchAside)
  followBuildRoute(app, ports)
  listJobsRoute(app, ports)
  listBuildsRoute(app, ports)
  showBuildRoute(app, ports, publicUrl)
}
