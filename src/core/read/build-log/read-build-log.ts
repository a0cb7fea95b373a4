import type { Principal } from '../../access/principal.ts'
import type { BuildAddress } from '../../ports/build-catalog.ts'
import type { LineEnds } from '../lines/line-ends.ts'
import { type PageByteLimits, type PageQuery, readPage, type SourcedPage } from '../page/read-page.ts'
import { buildLogReader } from './build-log-reader.ts'
import { type BuildLogPorts, snapshotBuildLog } from './snapshot-build-log.ts'

export interface BuildLogPagePorts extends BuildLogPorts {
  readonly lineEnds: LineEnds
}

/** The reader of a build's own log needs no id. */
const WHOLE_BUILD = 0

/**
 * Reads a page of a build's own log (docs/api.md §2). Rejects with `not-allowed` or `not-found`,
 * and as the reader does.
 */
export async function readBuildLog(
  ports: BuildLogPagePorts,
  who: Principal,
  address: BuildAddress,
  query: PageQuery,
  limits?: PageByteLimits,
): Promise<SourcedPage> {
  const { build, parts, growth } = await snapshotBuildLog(ports, who, address)
  const reader = await buildLogReader(ports.reader, ports.lineEnds, parts)
  const page = await readPage(reader, WHOLE_BUILD, growth, query, limits)
  return { ...page, location: build.source }
}
