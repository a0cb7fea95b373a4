import type { Principal } from '../../access/principal.ts'
import type { BuildAddress } from '../../ports/build-catalog.ts'
import type { LineEnds } from '../lines/line-ends.ts'
import { type PageByteLimits, type PageQuery, readPage, type SourcedPage } from '../page/read-page.ts'
import { buildLogReader } from './build-log-reader.ts'
import { type BuildLogPorts, snapshotBuildLog } from './snapshot-build-log.ts'

export interface BuildLogPagePorts extends BuildLogPorts {
  readonly lineEnds: LineEnds
}

/** A build's log is one of its own, whatever number it is read by. */
const WHOLE_BUILD = 0

/** A page of a build's own log (docs/api.md §2). Rejects with `not-allowed` or `not-found`. */
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
